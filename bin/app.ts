import { buildApp } from '../lib/infra/app.ts';
import { catalogue } from './catalogue.ts';

buildApp(await catalogue());
