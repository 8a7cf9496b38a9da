import { text } from 'node:stream/consumers';
import { CloudFormationValidatePlugin, type IPolicyValidationContext } from 'aws-cdk-lib';
import type { Judged } from './template-rules.ts';

// A process of its own: see TemplateRules.
const templates = JSON.parse(await text(process.stdin)) as Judged;
// The rules read the templates alone.
const report = new CloudFormationValidatePlugin().validate(templates as IPolicyValidationContext);
process.stdout.write(JSON.stringify(report));
