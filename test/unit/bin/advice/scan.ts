import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked } from 'marked';
import ts from 'typescript';

export const ROOT = join(import.meta.dirname, '../../../..');

/** A text of the sources, or a command of a page. */
export interface Found {
  readonly where: string;
  /** As it stands there; what is put into it is `<…>`. */
  readonly text: string;
  /** Whether it tells its reader to do something. */
  readonly advises: boolean;
}

/** Where the command's and the alarms' words are. */
const SOURCES = [
  '{bin,localstack,lib/client,lib/operator,lib/testing/test-job}/**/*.ts',
  'lib/testing/*.ts',
  'lib/infra/{guard,monitoring/*alarm*}.ts',
];
/** The files of a new project: test/integration/init.test.ts carries out what they say. */
const NEW_PROJECT = 'lib/operator/authoring/project-files.ts';
/** Scripts for shells: test/unit/bin/cli/completion.test.ts runs them. */
const SCRIPTS = 'bin/cli/completion/*.ts';
const PAGES = [
  '{.,bin,functions,lib/*,localstack,test,test/bench,test/fidelity/*,.github}/{README,CONTRIBUTING,SECURITY}.md',
  'lib/infra/job/README.md',
];

const VERBS = globSync('bin/cli/verbs/*.ts', { cwd: ROOT }).map((file) => /(\w+)[-\w]*\.ts$/.exec(file)?.[1]);
const WORD = String.raw`<[^>]*>|--[a-z][a-z-]*|--(?= )|@\S+`;
/** A whole command of ours; its operands are `<…>`, options and files. */
const COMMAND = new RegExp(
  String.raw`\bsluice (?:(?:${VERBS.join('|')})\b|<…>)( (?:show|redrive|purge|put|list|pause|resume|delete|run-now|backfill))?(?: ?(?:${WORD}))*`,
  'g',
);
const OPTION = /(?:^|[\s(])--[a-z]/;
const OTHERS = /\b(?:npm (?:run|install|start|test)|npx cdk|aws [a-z]+ [a-z]|source \.)/;
/** What a clause that tells somebody to do something begins with. */
const DEEDS =
  'add|ask|await|begin|change|check|choose|correct|delete|deploy|enable|export|fake|find|fix|give|go by|hand over|install|' +
  'just wait|leave|look|lower|make|name|plan|purge|put|raise|read|redrive|remove|roll back|run|save|send|set|sign in|start|' +
  'subscribe|test|try|unset|use|wait|watch|write';
const DEED = new RegExp(String.raw`(?:^|[:;,.?(→] ?| or | then | and )(?:${DEEDS})\b(?! at most)`, 'i');

/** Texts of help: they say what a verb does. Only whole commands in them are advice. */
const HELP = /^(argument|argParser|description|describe|option|summary|Option|Argument|addOption|whole)$/;

/** Every text of the sources. */
export function inSources(): Found[] {
  return globSync(SOURCES, { cwd: ROOT, exclude: [NEW_PROJECT, SCRIPTS] })
    .sort()
    .flatMap((file) => {
      const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true);
      return textsIn(source).map(({ node, text }) => {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        return { where: `${file}:${line + 1}`, text, advises: isAdvice({ node, text }) };
      });
    });
}

interface Text {
  readonly node: ts.Node;
  readonly text: string;
}

function isAdvice({ node, text }: Text): boolean {
  if (commandsIn(text).length > 0) return true;
  if (isHelp(node) || !/\w \w/.test(text) || /^(import|export) /.test(text)) return false;
  return (
    OPTION.test(text) || OTHERS.test(text) || (/^(bin|lib)\//.test(node.getSourceFile().fileName) && DEED.test(text))
  );
}

function isHelp(node: ts.Node): boolean {
  for (let up = node.parent; up !== undefined && !ts.isBlock(up); up = up.parent) {
    if (
      (ts.isCallExpression(up) || ts.isNewExpression(up)) &&
      HELP.test(up.expression.getText().split('.').at(-1) ?? '')
    )
      return true;
  }
  return false;
}

/** Whole texts: what is joined by + is one, what is put into a template is apart. */
function textsIn(node: ts.Node): Text[] {
  if (ts.isImportDeclaration(node) || ts.isLiteralTypeNode(node)) return [];
  const text = textOf(node);
  const own = text === undefined ? [] : [{ node, text }];
  return [...own, ...partsOf(node).flatMap(textsIn)];
}

function partsOf(node: ts.Node): readonly ts.Node[] {
  if (textOf(node) === undefined) return node.getChildren();
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  return ts.isBinaryExpression(node) ? [node.left, node.right].flatMap(partsOf) : [];
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(({ expression, literal }) => `${placeholder(expression)}${literal.text}`);
    return `${node.head.text}${spans.join('')}`;
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined || right === undefined ? undefined : `${left}${right}`;
}

const placeholder = (expression: ts.Expression) =>
  /^(flagsOf|againOf)\(/.test(expression.getText()) ? '<flags>' : '<…>';

/** The sentences of the runbook that tell their reader to do something. */
export function inRunbook(): Found[] {
  const page = 'lib/operator/README.md';
  const prose = readFileSync(join(ROOT, page), 'utf8')
    .replaceAll(/```[^`]*```/g, '')
    .replaceAll(/\n(?!\n|\d\.|[-|#])\s*/g, ' ');
  const sentences = prose.split(/\n|(?<=[.:;?!]) /).map((sentence) => sentence.replace(/^(\d\.|-|\|) /, '').trim());
  return sentences
    .filter((sentence) => new RegExp(`^(${DEEDS})\\b`, 'i').test(sentence))
    .map((text) => ({ where: page, text, advises: true }));
}

/** The commands of the pages' code: a line of a block, or a span. */
export function inPages(): Found[] {
  return globSync(PAGES, { cwd: ROOT }).flatMap((page) =>
    codeIn(readFileSync(join(ROOT, page), 'utf8')).flatMap((code) => {
      const lines = code
        .replaceAll(/\\\n\s*/g, '')
        .split('\n')
        .map((line) =>
          line
            .replace(/^\$ /, '')
            .replace(/\s+#.*$/, '')
            .replace(/\s+/g, ' '),
        );
      return lines
        .filter((line) => /^npx (sluice|cdk) |^(npm|aws) |^sluice .* /.test(line))
        .map((text) => ({ where: page, text, advises: true }));
    }),
  );
}

function codeIn(page: string): string[] {
  const codes: string[] = [];
  void marked.walkTokens(marked.lexer(page), (token) => {
    if (token.type === 'code' || token.type === 'codespan') codes.push(token.text as string);
  });
  return codes;
}

/** The commands of ours that a text holds, whole. */
export const commandsIn = (text: string): string[] => [...alike(text).matchAll(COMMAND)].map(([command]) => command);

/** Texts that differ by the names of what is put in are one. */
export const alike = (text: string): string => text.replaceAll(/<(?!flags>)[^<>]*>/g, '<…>');
