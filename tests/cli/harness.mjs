// Runs the backend's command line against the mock server; a case is a name and an async function.
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const bin = path.resolve(process.env.CODER_BIN ?? path.join(here, '../../build/coder-nvim'));
export const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'coder-cli-'));
const children = [];

export async function startMock(...args) {
  const child = spawn(process.execPath, [path.join(here, '../support/mock_openai.mjs'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const line = await new Promise((done) => child.stdout.once('data', (data) => done(String(data).trim())));
  if (args.includes('--socket')) return { address: `unix://${line}` };
  const base = `http://127.0.0.1:${line}`;
  const control = async (url, options) => (await fetch(base + url, options)).json();
  return {
    base,
    address: base + '/v1',
    port: Number(line),
    scenarios: (map) => control('/_scenarios', { method: 'POST', body: JSON.stringify(map) }),
    requests: () => control('/_requests'),
    forget: () => control('/_requests', { method: 'DELETE' }),
  };
}

let files = 0;
/// Writes a configuration and gives its path; `models` are [name, { key: value }].
export function config(models, head = '', mode = 0o600) {
  const text = head + '\n' + Object.entries(models).map(([name, keys]) => {
    const all = { provider: 'openai', model: 'mock', ...keys };
    return `[models.${name}]\n` + Object.entries(all).map(([k, v]) => `${k} = ${typeof v === 'string' && v.startsWith('!') ? v.slice(1) : JSON.stringify(v)}`).join('\n');
  }).join('\n');
  const file = path.join(scratch, `config-${++files}.toml`);
  fs.writeFileSync(file, text + '\n', { mode });
  return file;
}

/// Runs the binary; gives { code, signal, out, err, ms, json }. `kill` gets the child at each output, `begun` once.
export function run(args, { stdin = '', env = {}, cwd = scratch, kill, begun } = {}) {
  return new Promise((done) => {
    const start = Date.now();
    const clean = { PATH: process.env.PATH, HOME: scratch, XDG_CONFIG_HOME: path.join(scratch, 'xdg'), XDG_STATE_HOME: path.join(scratch, 'state') };
    const child = spawn(bin, args, { cwd, env: { ...clean, ...env } });
    let out = '', err = '';
    begun?.(child);
    child.stdout.on('data', (d) => { out += d; kill?.(child, out); });
    child.stderr.on('data', (d) => { err += d; });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    const timer = setTimeout(() => child.kill('SIGKILL'), 60000);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      let json;
      try { json = JSON.parse(out); } catch { /* not asked for */ }
      done({ code, signal, out, err, ms: Date.now() - start, json });
    });
  });
}

export function equal(got, want, what = 'value') {
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}
export function match(text, pattern, what = 'text') {
  if (!pattern.test(text)) throw new Error(`${what}: ${JSON.stringify(text)} does not match ${pattern}`);
}
export function has(command) {
  try { execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }); return true; } catch { return false; }
}

const cases = [];
export const test = (name, body) => cases.push([name, body]);

export async function main() {
  const only = process.argv[2];
  let passed = 0, failed = 0;
  for (const [name, body] of cases) {
    if (only && !name.includes(only)) continue;
    try {
      await body();
      passed++;
      console.log(`ok    ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n      ${error.message}`);
    }
  }
  for (const child of children) child.kill();
  fs.rmSync(scratch, { recursive: true, force: true });
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
