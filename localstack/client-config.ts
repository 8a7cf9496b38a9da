import { devNull } from 'node:os';

/**
 * Constructor argument of any AWS SDK client, for an emulator. It answers all that the SDK would else take from the user's AWS
 * settings: from variables such as `AWS_USE_FIPS_ENDPOINT`, and from `~/.aws/config`.
 */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A section that no configuration file has. */
  readonly profile: string;
  readonly useFipsEndpoint: boolean;
  readonly useDualstackEndpoint: boolean;
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
  readonly defaultsMode: 'standard';
  readonly authSchemePreference: string[];
  readonly sigv4aSigningRegionSet: string[];
  readonly userAgentAppId: string;
  /** Of DynamoDB. */
  readonly accountIdEndpointMode: 'disabled';
  readonly endpointDiscoveryEnabled: boolean;
  /** Of S3. */
  readonly requestChecksumCalculation: 'WHEN_SUPPORTED';
  readonly responseChecksumValidation: 'WHEN_SUPPORTED';
  readonly useArnRegion: boolean;
  readonly disableMultiregionAccessPoints: boolean;
  readonly disableS3ExpressSessionAuth: boolean;
  /** Of CloudWatch. */
  readonly disableRequestCompression: boolean;
  readonly requestMinCompressionSizeBytes: number;
}

/** What the SDK does by default. */
export const clientConfigOf = (where: Pick<ClientConfig, 'endpoint' | 'region' | 'credentials'>): ClientConfig => ({
  ...where,
  profile: 'sluice-emulator',
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  maxAttempts: 3,
  retryMode: 'standard',
  defaultsMode: 'standard',
  authSchemePreference: [],
  sigv4aSigningRegionSet: [],
  userAgentAppId: 'sluice-local',
  accountIdEndpointMode: 'disabled',
  endpointDiscoveryEnabled: false,
  requestChecksumCalculation: 'WHEN_SUPPORTED',
  responseChecksumValidation: 'WHEN_SUPPORTED',
  useArnRegion: false,
  disableMultiregionAccessPoints: false,
  disableS3ExpressSessionAuth: false,
  disableRequestCompression: false,
  requestMinCompressionSizeBytes: 10_240,
});

/** Variables that hide the user's AWS configuration files from a process. */
export const NO_AWS_FILES = { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull } as const;
