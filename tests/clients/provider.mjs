// A real OpenID provider (npm oidc-provider) for the tests of single sign-on: one client, everybody
// who signs in is the account that they name.  It prints one line when it listens.
const told = JSON.parse(process.argv[2]);
const { Provider } = await import(`${told.modules}/oidc-provider/lib/index.js`);

const claims = { email: ["email", "email_verified"], profile: ["name", "preferred_username"] };
const provider = new Provider(told.issuer, {
  clients: [
    {
      client_id: told.client_id,
      client_secret: told.client_secret,
      redirect_uris: [`${told.desk}/oidc/callback`],
      post_logout_redirect_uris: [`${told.desk}/signin`],
    },
  ],
  claims,
  conformIdTokenClaims: told.in_user_info,
  features: { rpInitiatedLogout: { enabled: true } },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({
      sub,
      name: `${sub} of head office`,
      preferred_username: sub,
      email: `${sub}@anhe.example`,
      email_verified: !sub.startsWith("unverified"),
    }),
  }),
  cookies: { keys: ["for tests only"] },
  pkce: { required: () => true },
  ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
});
provider.listen(told.port, "127.0.0.1", () => console.log("listening"));
