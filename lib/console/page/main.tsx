import { render } from 'preact';
import type { About, SessionAnswer } from '../api.ts';

const root = document.getElementById('app');
if (root !== null) {
  const about = await open();
  render(<h1>{about === undefined ? 'This link was used before, or is too old' : `Stage ${about.stage}`}</h1>, root);
}

/** Exchanges the code of the link for a token, which a reload keeps. */
async function open(): Promise<About | undefined> {
  const code = new URLSearchParams(location.hash.slice(1)).get('k');
  history.replaceState(null, '', location.pathname + location.search);
  if (code !== null) {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch('/api/session', { method: 'POST', headers, body: JSON.stringify({ code }) });
    if (response.ok) sessionStorage.setItem('token', ((await response.json()) as SessionAnswer).token);
  }
  const response = await fetch('/api/about', { headers: { 'x-sluice-token': sessionStorage.getItem('token') ?? '' } });
  return response.ok ? ((await response.json()) as About) : undefined;
}
