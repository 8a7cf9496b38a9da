import { AwsJson1_0Protocol } from '@aws-sdk/core/protocols';

type Settings = ConstructorParameters<typeof AwsJson1_0Protocol>[0];
type Serializer = AwsJson1_0Protocol['serializer'];

/** Of the inputs that are the same in memory as on the wire, but for bytes: the names of their schemas. */
const PLAIN = ['BatchExecuteStatementInput', 'SendMessageBatchRequest'];

/** What bytes in memory look like to JSON, however deep they are. Within a text, quotes are escaped. */
const BYTES = ['"B":{', '"BS":[{', '"BinaryValue":{', '"BinaryListValues":[{'];
/** Of each of them. */
const BEGINNING = '"B';

/**
 * An input as JSON, as it goes over the wire.
 *
 * @returns undefined if it holds bytes, which travel as base64; also if a map in it has an attribute of their name
 */
export function plainJson(input: unknown): string | undefined {
  const text = JSON.stringify(input);
  // Nearly every text is gone through once.
  return text.includes(BEGINNING) && BYTES.some((bytes) => text.includes(bytes)) ? undefined : text;
}

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
      text = isPlain(schema) ? plainJson(value) : undefined;
      if (text === undefined) own.write(schema, value);
    },
    flush: () => text ?? own.flush(),
  };
}

/** The schema of a structure is an array whose third entry is its name. */
const isPlain = (schema: unknown): boolean => Array.isArray(schema) && PLAIN.includes(String(schema[2]));
