import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as events from '@aws-sdk/client-eventbridge';
import * as lambda from '@aws-sdk/client-lambda';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { names } from '../../../../lib/contract/names.ts';
import { alike, inPages, inSources, ROOT } from './scan.ts';

const jsonOf = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

/** Every command of a program that is told anywhere, up to where prose goes on. */
function told(program: string): string[] {
  const texts = [...inSources(), ...inPages()].filter(({ advises }) => advises).map(({ text }) => alike(text));
  const found = texts.flatMap(
    (text) =>
      text.match(new RegExp(String.raw`(?<![\w.])${program} [^()'";,]*(?:'[^']*'|"[^"]*"|[^()'";,])*`, 'g')) ?? [],
  );
  return [...new Set(found.map((one) => one.trim()))];
}

const optionsOf = (command: string): string[] => command.match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [];

test('npm has each script that is told', () => {
  const { scripts } = jsonOf('package.json') as { scripts: Record<string, string> };
  const known = new Set(['install', 'ci', 'pack', ...Object.keys(scripts)]);
  const all = told('npm').map((command) => /^npm (?:run )?([\w:-]+)/.exec(command)?.[1] ?? command);
  expect(all.length).toBeGreaterThan(8);
  expect(all.filter((script) => !known.has(script))).toEqual([]);
});

interface Cli {
  readonly globalOptions: Readonly<Record<string, { alias?: string }>>;
  readonly commands: Readonly<Record<string, { options?: Readonly<Record<string, { alias?: string }>> }>>;
}

test('the CDK’s command line has each verb and each option that is told, and a stack has its name from us', () => {
  const cli = jsonOf('node_modules/aws-cdk/lib/cli/cli-type-registry.json') as Cli;
  const commands = told('npx cdk');
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) {
    const [, verb = ''] = /^npx cdk ([a-z]+)/.exec(command) ?? [];
    const options = { ...cli.globalOptions, ...cli.commands[verb]?.options };
    const known = Object.entries(options).flatMap(([name, { alias }]) => [`--${name}`, `-${alias}`]);
    expect(Object.keys(cli.commands), command).toContain(verb);
    expect(
      optionsOf(command).filter((option) => !known.includes(option)),
      command,
    ).toEqual([]);
    // Without it the app is that of stage dev, which has no stack of another stage.
    if (verb !== 'bootstrap') expect(command).toContain(' -c stage=');
    const stack = /sluice-\S+/.exec(command)?.[0].replaceAll('<…>', 'x') ?? names.jobStack('x', 'x');
    expect([names.jobStack('x', 'x'), names.jobStack('prod', 'send-email'), names.coreStack('x')], command).toContain(
      stack,
    );
  }
});

const SERVICES: Readonly<Record<string, object>> = { cloudformation, events, logs, lambda, sns, sqs };
/** Of the AWS command line alone, or of a service whose client is not installed: what AWS's own pages say of them. */
const OF_AWS = /^aws (sso login|configure|logs tail|scheduler create-schedule)\b|^aws command/;
const GLOBAL = ['--query', '--output', '--profile', '--region'];
/** Parameters that the AWS command line calls otherwise: `--endpoint` would be taken for its own `--endpoint-url`. */
const RENAMED: Readonly<Record<string, string>> = { '--notification-endpoint': '--endpoint' };
const pascal = (kebab: string) =>
  kebab.replace(/^-+(no-)?/, '').replaceAll(/(?:^|-)([a-z])/g, (_, first: string) => first.toUpperCase());

test('AWS has each state that is told to be waited for', () => {
  const waits = told('aws').flatMap((command) => [...command.matchAll(/^aws ([a-z]+) wait ([a-z-]+)/g)]);
  expect(waits.length).toBeGreaterThan(0);
  for (const [command, service = '', state = ''] of waits)
    expect(SERVICES[service], command).toHaveProperty(`waitUntil${pascal(state)}`);
});

test('AWS has each operation and each parameter that is told', () => {
  const commands = told('aws').filter((command) => !OF_AWS.test(command));
  expect(commands.length).toBeGreaterThan(6);
  for (const command of commands.filter((one) => !/^aws [a-z]+ wait /.test(one))) {
    const [, service = '', operation = ''] = /^aws ([a-z]+) ([a-z-]+)/.exec(command) ?? [];
    const client = SERVICES[service] as Record<string, unknown[]> | undefined;
    // The SDK's description of an operation: its fifth part gives that of the input, whose fifth part names the members.
    const input = client?.[`${pascal(operation)}$`]?.[4] as (() => unknown[]) | undefined;
    const members = (input?.()[4] ?? []) as string[];
    expect(input, command).toBeDefined();
    const given = optionsOf(command)
      .filter((option) => !GLOBAL.includes(option))
      .map((option) => pascal(RENAMED[option] ?? option));
    expect(
      given.filter((name) => !members.some((one) => one.toLowerCase() === name.toLowerCase())),
      command,
    ).toEqual([]);
  }
});
