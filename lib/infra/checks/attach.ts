import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { addPart, type OwnPart, partsIn } from './own-parts.ts';
import { checkSecurity } from './security.ts';
import { UnsafeConfiguration } from './unsafe-configuration.ts';

/** Apps that have the checks: each plugin once, whatever the number of stages and types. */
const judged = new WeakSet<IConstruct>();
const secured = new WeakSet<IConstruct>();

/**
 * Puts a part of an app under Sluice's checks, which run when the app is synthesised.
 *
 * @param warnOnly whether findings of cdk-nag only warn
 * @throws as {@link addPart}; Error if cdk-nag is asked for and not installed
 */
export function checkPart(part: OwnPart, { warnOnly }: { readonly warnOnly: boolean }): void {
  const { root } = part.scope.node;
  addPart(part);
  if (!judged.has(root)) {
    judged.add(root);
    Validations.of(root).addPlugins(new UnsafeConfiguration(partsIn(root)));
  }
  if (!part.securityChecks || secured.has(root)) return;
  secured.add(root);
  checkSecurity(root, { warnOnly, parts: partsIn(root) });
}
