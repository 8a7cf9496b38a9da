import { Token } from 'aws-cdk-lib';
import { CfnLayerVersion, type ILayerVersion, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

const ARCHITECTURE = 'arm64';
/** AWS's and others' layers whose names say x86-64, or that have another name for arm64. */
const OF_X86 = /amd64|x86|^(LambdaInsightsExtension|AWS-Parameters-and-Secrets-Lambda-Extension|Datadog-Extension)$/i;

/** Layers by their ARNs. */
export const layersOf = (scope: Construct, id: string, arns: readonly string[]): ILayerVersion[] =>
  arns.map((arn, i) => LayerVersion.fromLayerVersionArn(scope, `${id}${i + 1}`, arn));

/** @throws RangeError for a layer of another architecture than the function's, as far as it is known */
export function checkLayer(path: string, layer: ILayerVersion): void {
  const other = otherArchitecture(layer);
  if (other === undefined) return;
  throw new RangeError(
    `${path}: the layer ${nameOf(layer)} is for ${other}, and the function runs on ${ARCHITECTURE}: take the one for ${ARCHITECTURE}`,
  );
}

/** What a layer is for, if it is known not to be for the functions here. */
function otherArchitecture(layer: ILayerVersion): string | undefined {
  const own = layer.node.defaultChild;
  if (!(own instanceof CfnLayerVersion)) return OF_X86.test(nameOf(layer)) ? 'x86-64' : undefined;
  const { compatibleArchitectures: known = [] } = own;
  return known.length === 0 || known.includes(ARCHITECTURE) ? undefined : known.join(', ');
}

/** `fonts` of `arn:aws:lambda:eu-west-1:…:layer:fonts:3`. */
const nameOf = ({ layerVersionArn, node }: ILayerVersion): string =>
  (Token.isUnresolved(layerVersionArn) ? undefined : layerVersionArn.split(':').at(-2)) ?? node.path;
