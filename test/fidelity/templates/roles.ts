import type { Statement } from '../iam/evaluate.ts';
import type { Templates } from './synth.ts';

/** The statements of the role that a function runs with. Templates are resolved. */
export function statementsOfFunction(templates: Templates, functionName: string): Statement[] {
  for (const [stack, { Resources }] of Object.entries(templates)) {
    const deployed = Object.values(Resources).find(
      ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties?.FunctionName === functionName,
    );
    if (deployed === undefined) continue;
    const role = Object.entries(Resources).find(
      ([id, { Type }]) =>
        Type === 'AWS::IAM::Role' && String(deployed.Properties?.Role).endsWith(`/${`${stack}-${id}`.toLowerCase()}`),
    );
    if (role === undefined) throw new TypeError(`${functionName} has no role in its stack`);
    const roleName = `${stack}-${role[0]}`.toLowerCase();
    const inline = ((role[1].Properties?.Policies ?? []) as PolicyProperties[]).flatMap(statementsIn);
    const attached = Object.values(Resources)
      .filter(
        ({ Type, Properties }) =>
          Type === 'AWS::IAM::Policy' && (Properties?.Roles as string[] | undefined)?.includes(roleName),
      )
      .flatMap(({ Properties }) => statementsIn(Properties as unknown as PolicyProperties));
    return [...inline, ...attached];
  }
  throw new TypeError(`no stack makes a function ${functionName}`);
}

interface PolicyProperties {
  readonly PolicyDocument: { readonly Statement: Statement[] };
}

const statementsIn = ({ PolicyDocument }: PolicyProperties) => PolicyDocument.Statement;

/** The statements of a managed policy, by its name. Templates are resolved. */
export function policyStatements(templates: Templates, name: string): Statement[] {
  for (const { Resources } of Object.values(templates)) {
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type !== 'AWS::IAM::ManagedPolicy' || Properties?.ManagedPolicyName !== name) continue;
      return statementsIn(Properties as unknown as PolicyProperties);
    }
  }
  throw new TypeError(`no stack makes a policy ${name}`);
}
