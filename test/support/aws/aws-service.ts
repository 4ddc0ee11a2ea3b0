/** What an operation is asked for, after its service's own model of it. */
export type AwsInput = Readonly<Record<string, unknown>>;

/** Its operations by name. Each returns the output, or throws what `refusal` makes. */
export type AwsService = Readonly<Record<string, (input: AwsInput) => unknown>>;

export type Refusal = Error & { readonly code: string };

/** An error of the service, by the name that its API reference has. */
export function refusal(code: string, message: string): Refusal {
  return Object.assign(new Error(message), { code });
}

export function isRefusal(thrown: unknown): thrown is Refusal {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string';
}
