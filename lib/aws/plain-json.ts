import { AwsJson1_0Protocol } from '@aws-sdk/core/protocols';

type Settings = ConstructorParameters<typeof AwsJson1_0Protocol>[0];
type Serializer = AwsJson1_0Protocol['serializer'];

interface SentStatements {
  readonly Statements?: readonly { readonly Parameters?: readonly object[] }[];
}

/** Of Sluice's own attributes only one holds bytes, and holds nothing else. */
const isText = ({ Statements = [] }: SentStatements) =>
  Statements.every(({ Parameters = [] }) => Parameters.every((value) => !('B' in value)));

interface SentEntries {
  readonly Entries?: readonly { readonly MessageAttributes?: Readonly<Record<string, object>> }[];
}

const hasNoBytes = ({ Entries = [] }: SentEntries) =>
  Entries.every(({ MessageAttributes = {} }) =>
    Object.values(MessageAttributes).every((value) => !('BinaryValue' in value)),
  );

/**
 * Inputs that are the same in memory as on the wire, by the name of their schema, and whether one is: it has no bytes
 * (which travel as base64) and no dates. Sluice's statements hold what JSON holds.
 */
const PLAIN: Readonly<Record<string, (input: object) => boolean>> = {
  BatchExecuteStatementInput: isText,
  SendMessageBatchRequest: hasNoBytes,
};

/**
 * The SDK's own protocol of DynamoDB and SQS, but batches of statements and of messages are written by `JSON.stringify`:
 * the SDK walks its schema beside each of a batch's 250 parameters and writes them byte by byte, which was a third of a small
 * job's CPU. Every other input is the SDK's own work.
 */
export class PlainJsonProtocol extends AwsJson1_0Protocol {
  constructor(settings: Settings) {
    super(settings);
    this.serializer = plainly(this.serializer);
  }
}

function plainly(own: Serializer): Serializer {
  let text: string | undefined;
  return {
    setSerdeContext: (context) => own.setSerdeContext(context),
    write(schema, value) {
      text = isPlain(schema, value) ? JSON.stringify(value) : undefined;
      if (text === undefined) own.write(schema, value);
    },
    flush: () => text ?? own.flush(),
  };
}

/** The schema of a structure is an array whose third entry is its name. */
function isPlain(schema: unknown, value: unknown): boolean {
  if (!Array.isArray(schema) || typeof value !== 'object' || value === null) return false;
  return PLAIN[String(schema[2])]?.(value) ?? false;
}
