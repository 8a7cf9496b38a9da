// A Node runtime for the Lambda Runtime API: loads the handler, then next → handler → response, for ever.
import { existsSync } from 'node:fs';
import http from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API = '', _HANDLER = '', LAMBDA_TASK_ROOT = '' } = process.env;
const [host, port] = AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true });
/** The invocation that is being worked on. */
let current;

function call(method, path, body) {
  const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((done, failed) => {
    const options = { host, port, agent, method, path: `/2018-06-01/runtime/${path}`, headers };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => done({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on('error', failed);
    request.end(body);
  });
}

function errorBody(thrown) {
  const isError = thrown instanceof Error;
  return JSON.stringify({
    errorType: isError ? thrown.name : typeof thrown,
    errorMessage: isError ? thrown.message : String(thrown),
    trace: isError ? (thrown.stack ?? '').split('\n') : [],
  });
}

/** As Lambda does: the process is not used again. */
async function fatal(thrown) {
  console.error(thrown);
  await call('POST', current ? `invocation/${current}/error` : 'init/error', errorBody(thrown)).catch(() => undefined);
  process.exit(129);
}

async function loadHandler() {
  const dot = _HANDLER.lastIndexOf('.');
  const base = resolve(LAMBDA_TASK_ROOT, _HANDLER.slice(0, dot));
  const file = ['', '.js', '.mjs', '.cjs'].map((extension) => base + extension).find((path) => existsSync(path));
  if (!file) throw Object.assign(new Error(`Cannot find module '${base}'`), { name: 'Runtime.ImportModuleError' });
  const module = await import(pathToFileURL(file).href);
  const name = _HANDLER.slice(dot + 1);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler === 'function') return handler;
  throw Object.assign(new Error(`${_HANDLER} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
}

function contextOf(headers) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

async function serveOne(handler) {
  const { headers, body } = await call('GET', 'invocation/next');
  const context = contextOf(headers);
  current = context.awsRequestId;
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  try {
    const result = await handler(JSON.parse(body || 'null'), context);
    await call('POST', `invocation/${current}/response`, JSON.stringify(result ?? null));
  } catch (error) {
    console.error(`${current}\tERROR\tInvoke Error\t${errorBody(error)}`);
    await call('POST', `invocation/${current}/error`, errorBody(error));
  }
  current = undefined;
}

// As AWS's runtime client does: a rejection that nothing handles comes here, too, unless the function has a listener of its own.
process.on('uncaughtException', fatal);
const handler = await loadHandler().catch(fatal);
for (;;) await serveOne(handler);
