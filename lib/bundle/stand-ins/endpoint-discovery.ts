/**
 * Replaces `@aws-sdk/middleware-endpoint-discovery` in a deployed bundle. DynamoDB has one endpoint a region. The client
 * discovers others only if that is switched on, which Sluice never does.
 */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};

export const resolveEndpointDiscoveryConfig = <Config extends object>(config: Config) =>
  Object.assign(config, { endpointDiscoveryEnabled: () => Promise.resolve(false) });
