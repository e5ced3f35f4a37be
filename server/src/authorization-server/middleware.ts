/** A step around oidc-provider's own (its documented `provider.use`). */
import type Provider from 'oidc-provider';

export type Middleware = Parameters<Provider['use']>[0];
