import { z } from 'zod';

/**
 * What the JSON schema of CycloneDX 1.6 requires of the parts that certd uses, with its patterns. Strict: what is not here would
 * have to be looked up there first.
 */
const ref = z.string().min(1);
const hash = z.union([
  z.strictObject({ alg: z.literal('SHA-256'), content: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) }),
]);
/** Either licences with identifiers of SPDX, or one expression. */
const licenses = z.union([
  z
    .array(
      z.strictObject({
        license: z.strictObject({ id: z.enum(['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT']) }),
      }),
    )
    .min(1),
  z.tuple([z.strictObject({ expression: z.string().regex(/^\(?[\w.-]+( (OR|AND) [\w.-]+)+\)?$/) })]),
]);
const purl = z
  .string()
  .regex(/^pkg:(npm\/(%40[a-z0-9-]+\/)?[a-z0-9._-]+|generic\/(certd|node))@\d+\.\d+\.\d+$/);

const component = z.strictObject({
  type: z.enum(['application', 'library', 'platform']),
  'bom-ref': ref,
  name: z.string().min(1),
  version: z.string().max(1024),
  scope: z.enum(['required', 'optional', 'excluded']),
  hashes: z.array(hash).min(1),
  licenses,
  cpe: z
    .string()
    .regex(/^cpe:2\.3:a:nodejs:node\.js:\d+\.\d+\.\d+(:\*){7}$/)
    .optional(),
  purl,
});

export const cyclonedx = z.strictObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
  version: z.int().min(1),
  metadata: z.strictObject({
    timestamp: z.iso.datetime(),
    component: component.omit({ scope: true, hashes: true, cpe: true }),
  }),
  components: unique(z.array(component), each => each['bom-ref']),
  dependencies: unique(
    z.array(z.strictObject({ ref, dependsOn: unique(z.array(ref), each => each) })),
    each => each.ref,
  ),
});

function unique<T>(array: z.ZodType<readonly T[]>, key: (each: T) => string) {
  return array.refine(all => new Set(all.map(key)).size === all.length, 'twice the same');
}
