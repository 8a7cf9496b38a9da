/** The page's entry: opens the session that the link carries, then draws. */
import { render } from 'preact';
import { App } from './app.tsx';
import { openSession } from './base/client.ts';

const root = document.getElementById('app');
if (root) void openSession().then(() => render(<App />, root));
