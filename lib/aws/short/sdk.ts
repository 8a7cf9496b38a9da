/** What the short way uses of the SDK's client. Its own types hide most of it behind type parameters. */

/** A request as the SDK's HTTP handler takes it. */
export interface HttpRequest {
  readonly headers: Record<string, string>;
  body?: unknown;
  clone(): HttpRequest;
}

export interface HttpResponse {
  readonly statusCode: number;
  body?: unknown;
}

export interface Identity {
  readonly accountId?: string;
}

/** Signs requests, and learns the service's clock from each answer. */
export interface Signer {
  sign(request: HttpRequest, identity: Identity, signing: object): Promise<HttpRequest>;
  successHandler(response: HttpResponse, signing: object): void;
}

export interface Command {
  readonly input: object;
  readonly middlewareStack: { identify(): string[] };
  /** Of the operation: an array whose third entry is its name. */
  readonly schema?: unknown;
}

/** What a step of the SDK's work is given. */
export interface Args {
  readonly input: object;
  readonly request: HttpRequest;
}

/** What the SDK's steps tell one another of a call. */
export interface Context {
  readonly __smithy_context?: {
    readonly operation?: string;
    readonly selectedHttpAuthScheme?: {
      readonly httpAuthOption: { readonly schemeId: string; readonly signingProperties?: object };
      readonly identity: Identity;
      readonly signer: Signer;
    };
  };
}

type Handler = (args: Args) => Promise<unknown>;
type Middleware = (next: Handler, context: Context) => Handler;

export interface Stack {
  identify(): string[];
  add(middleware: Middleware, options: object): void;
  addRelativeTo(middleware: Middleware, options: object): void;
}

export interface ClientConfig {
  credentials(): Promise<Identity>;
  /** Of DynamoDB's client alone. */
  accountIdEndpointMode?(): Promise<string | undefined>;
  /** Of SQS's client: false if bodies are not checked. */
  readonly md5?: unknown;
  readonly requestHandler: { handle(request: HttpRequest, options: object): Promise<{ response: HttpResponse }> };
  /** Makes what signs, by the scheme of an endpoint. */
  signer?: (scheme?: object) => Promise<object>;
  readonly protocol: { deserializeMetadata(response: HttpResponse): object };
}

export interface Client {
  send(command: Command, ...more: unknown[]): Promise<unknown>;
  readonly middlewareStack: Stack;
  readonly config: ClientConfig;
}
