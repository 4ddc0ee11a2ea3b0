import { type MetadataService, metadataServices } from '../../src/metadata/services.ts';

/** The services of both clouds on ports of this host: Amazon EC2 first. */
export function metadataServicesAt(...ports: readonly number[]): readonly MetadataService[] {
  return metadataServices.map((service, index) => {
    const port = ports[index];
    if (port === undefined) throw new Error(`no port for ${service.cloud}`);
    return { ...service, host: '127.0.0.1', port };
  });
}
