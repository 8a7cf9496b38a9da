import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Report {
  readonly pluginReports: readonly { readonly violations?: readonly Violation[] }[];
}

interface Violation {
  readonly ruleName: string;
  readonly description: string;
  readonly suggestedFix?: string;
  readonly severity?: string;
  readonly violatingConstructs?: readonly { readonly constructPath?: string }[];
}

/** What a synth warned of, a line each: where, what, and what to do. @param output  its folder */
export function warningsIn(output: string): string[] {
  const file = join(output, 'validation-report.json');
  if (!existsSync(file)) return [];
  const { pluginReports } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const warnings = pluginReports.flatMap(({ violations = [] }) =>
    violations.filter(({ severity }) => severity === 'warning'),
  );
  return warnings.flatMap(({ ruleName, description, suggestedFix = '', violatingConstructs = [] }) =>
    violatingConstructs.map(
      ({ constructPath = '' }) =>
        `${constructPath.replace(/\/Resource$/, '')}: ${ruleName}. ${description} ${suggestedFix}`,
    ),
  );
}
