/**
 * Stands in for `@aws-sdk/credential-provider-node` in a deployed bundle. Lambda hands a function its role's credentials
 * in the environment (AWS Lambda developer guide, "Defined runtime environment variables"), and so do the emulators; the
 * SDK's own chain brings SSO, web identity, profiles and the metadata services, 140 KB of them, to every cold start.
 */
export function defaultProvider() {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ACCOUNT_ID } = process.env;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new Error(
        'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: a bundle takes its credentials from the environment ' +
          'alone, as Lambda gives them; hand a client `credentials` of its own for anything else',
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
