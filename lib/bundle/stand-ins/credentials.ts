/**
 * Replaces `@aws-sdk/credential-provider-node` in a deployed bundle. Lambda and the emulators give a function its role's
 * credentials in the environment (AWS Lambda developer guide, "Defined runtime environment variables"). The SDK's own chain
 * would load 140 KB for SSO, web identity, profiles and the metadata services at every cold start.
 */
export function defaultProvider() {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ACCOUNT_ID } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new Error(
        'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: a bundle takes its credentials only from the environment, ' +
          'where Lambda puts them; for other credentials, give the client its own `credentials`',
      );
    }
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
      ...(AWS_ACCOUNT_ID && { accountId: AWS_ACCOUNT_ID }),
    };
  };
}
