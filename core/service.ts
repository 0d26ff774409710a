/** A key under which one module lends a service to others. The type travels with it. */
export interface ServiceToken<S> {
  readonly module: string;
  readonly isOptional: boolean;
  /** Never set: it only carries the type. */
  readonly service?: S;
}

export interface Provision {
  readonly token: ServiceToken<unknown>;
  readonly service: unknown;
}

/** What a module needs of others, by the name it gives them. */
export type Uses = Readonly<Record<string, ServiceToken<unknown>>>;
export type Resolved<U extends Uses> = { readonly [K in keyof U]: U[K] extends ServiceToken<infer S> ? S : never };

export const defineService = <S>(module: string): ServiceToken<S> => ({ module, isOptional: false });

/** The same service, possibly not there: the compiler insists that the user asks. */
export const optional = <S>(token: ServiceToken<S>): ServiceToken<S | undefined> => ({
  module: token.module,
  isOptional: true,
});

export const provide = <S>(token: ServiceToken<S>, service: S): Provision => ({ token, service });
