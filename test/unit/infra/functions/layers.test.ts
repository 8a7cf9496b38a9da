import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Architecture, Code, type ILayerVersion, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { jobTypeIn, ownStack, resourcesOf, sluiceIn } from '../support/own-stack.ts';
import { said } from '../support/said.ts';
import { one } from '../support/template.ts';

const arn = (name: string) => `arn:aws:lambda:eu-west-1:580247275435:layer:${name}:20`;
const layer = (stack: ReturnType<typeof ownStack>, name: string): ILayerVersion =>
  LayerVersion.fromLayerVersionArn(stack, name, arn(name));

function ownLayer(stack: ReturnType<typeof ownStack>, ...compatibleArchitectures: Architecture[]): ILayerVersion {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-layer-'));
  writeFileSync(join(folder, 'a.txt'), 'a');
  return new LayerVersion(stack, 'Fonts', { code: Code.fromAsset(folder), compatibleArchitectures });
}

/** A job type with layers, as its template has them. */
function layersOf(make: (stack: ReturnType<typeof ownStack>) => ILayerVersion[]): unknown {
  const stack = ownStack();
  jobTypeIn(stack, { sluice: sluiceIn(stack), layers: make(stack), bundle: { layers: [arn('of-bundle')] } });
  return one(resourcesOf(stack), 'AWS::Lambda::Function', { FunctionName: 'sluice-prod-plain' }).properties.Layers;
}

test('a function has the layer of an extension, with which Lambda sends it SIGTERM', () => {
  const extension = 'LambdaInsightsExtension-Arm64';
  expect(layersOf((stack) => [layer(stack, extension)])).toEqual([arn(extension)]);
});

test('a layer of the app that is for arm64, or does not say, is taken', () => {
  const ref = { Ref: expect.stringMatching(/^Fonts/) };
  expect(layersOf((stack) => [ownLayer(stack, Architecture.ARM_64, Architecture.X86_64)])).toEqual([ref]);
  expect(layersOf((stack) => [ownLayer(stack)])).toEqual([ref]);
});

test('a layer of the app for another architecture is refused', () => {
  expect(() => layersOf((stack) => [ownLayer(stack, Architecture.X86_64)])).toThrow(
    'Shop/Plain/Consumer: the layer Shop/Fonts is for x86_64, and the function runs on arm64: take the one for arm64',
  );
});

test.each(['LambdaInsightsExtension', 'aws-otel-nodejs-amd64-ver-1-30-2', 'chromium_x86_64'])(
  'a layer whose name says x86-64 is refused: %s',
  (name) => {
    expect(() => layersOf((stack) => [layer(stack, name)])).toThrow(
      `the layer ${name} is for x86-64, and the function runs on arm64`,
    );
  },
);

test('a layer that resources.ts adds is refused alike', () => {
  expect(() =>
    said(({ scope, consumer }) => consumer.addLayers(layer(scope as ReturnType<typeof ownStack>, 'my-amd64-layer'))),
  ).toThrow('the layer my-amd64-layer is for x86-64');
});
