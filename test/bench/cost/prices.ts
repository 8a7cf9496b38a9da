/**
 * AWS list prices in US dollars, us-east-1, arm64, without free tiers and discounts, and the page that each stands on.
 * DynamoDB's and Step Functions' were compared with public copies of those pages in November 2026; the others are as they
 * stood in 2025 and have yet to be compared. Change a price here and run `npm run cost` again.
 */
export const PRICES = {
  asOf: '2025, see test/bench/cost/prices.ts',
  /** aws.amazon.com/sqs/pricing: standard queues, a million requests; a batch of ten is one, each 64 KB is one. */
  sqsMillionRequests: 0.4,
  /** aws.amazon.com/lambda/pricing: a million requests. */
  lambdaMillionRequests: 0.2,
  /** aws.amazon.com/lambda/pricing: a GB-second, arm64, the first tier. */
  lambdaGbSecond: 0.0000133334,
  /** aws.amazon.com/dynamodb/pricing/on-demand: a million units, after the cut of November 2024. */
  dynamoDbMillionWriteUnits: 0.625,
  dynamoDbMillionReadUnits: 0.125,
  /** aws.amazon.com/cloudwatch/pricing: a GB of logs taken in, the standard class; EMF comes as log lines. */
  logsGb: 0.5,
  /** aws.amazon.com/cloudwatch/pricing: a custom metric for a month, the first 10,000. */
  metricMonth: 0.3,
  /** aws.amazon.com/eventbridge/pricing: a million custom events. */
  eventBridgeMillionEvents: 1,
  /** aws.amazon.com/step-functions/pricing: a million state transitions, Standard. */
  stepFunctionsMillionTransitions: 25,
  /** aws.amazon.com/step-functions/pricing: a million requests, and a GB-second of the first tier, Express. */
  expressMillionRequests: 1,
  expressGbSecond: 0.00001667,
  /** aws.amazon.com/elasticache/pricing: an hour of cache.t4g.small and of cache.m7g.large, Valkey or Redis OSS. */
  cacheSmallHour: 0.032,
  cacheLargeHour: 0.158,
  /** aws.amazon.com/fargate/pricing: an hour of a vCPU and of a GB, Linux on arm64. */
  fargateVcpuHour: 0.03238,
  fargateGbHour: 0.00356,
} as const;

export const HOURS_A_MONTH = 730;
