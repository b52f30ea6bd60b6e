// What the way through coder-nvim costs beside plain curl, at one engine, in one run: time to the first token and
// tokens a second, alone and with two at once. Both are a process of their own for each question, and both read the
// same stream.
//
//   node tests/bench/engine.mjs [--runs 15] [--tokens 256] [--model FILE.gguf] [-- ARGUMENTS OF llama-server]
//
// CODER_BIN is the backend, CODER_LLAMA_SERVER the server (sh native/engine.sh); without --model the tiny random model
// that tests use. On a machine with a GPU: tests/bench/gpu.sh.
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const flag = (name, otherwise) => {
  const i = process.argv.indexOf('--' + name);
  return i < 0 ? otherwise : process.argv[i + 1];
};
const sh = (...words) => execFileSync('sh', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
const bin = path.resolve(process.env.CODER_BIN ?? path.join(root, 'build/coder-nvim'));
const server = process.env.CODER_LLAMA_SERVER ?? sh('native/engine.sh', '--pinned');
const model = flag('model') ?? process.env.CODER_TINY_MODEL ?? sh('tests/support/tiny_model.sh');
const runs = Number(flag('runs', 15)), tokens = Number(flag('tokens', 256));
const rest = process.argv.indexOf('--');

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eb-'));
const env = { ...process.env, XDG_RUNTIME_DIR: dir, XDG_STATE_HOME: path.join(dir, 'state'), HOME: dir };
const file = path.join(dir, 'config.toml');
const args = rest < 0 ? [] : process.argv.slice(rest + 1);
fs.writeFileSync(file, `[engine]\ncommand = ${JSON.stringify(server)}\nmodel = ${JSON.stringify(model)}\nargs = ${JSON.stringify(args)}\n`, { mode: 0o600 });
const now = () => Number(process.hrtime.bigint()) / 1e6;
const cli = (...words) => JSON.parse(execFileSync(bin, [...words, '--json', '--config', file], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));

/// A process whose output lines are pieces of an answer; gives { first, ms, pieces }, in ms from its start.
function timed(program, words, is_piece) {
  return new Promise((done, fail) => {
    const start = now();
    let first = 0, last = 0, pieces = 0, text = '', all = '';
    const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (data) => {
      const at = now() - start;
      text += data;
      const lines = text.split('\n');
      text = lines.pop();
      for (const line of lines) {
        if (!is_piece(line)) continue;
        pieces++;
        first ||= at;
        last = at;
      }
    });
    child.stderr.on('data', (data) => { all += data; });
    child.on('close', (code) => {
      if (code !== 0 || pieces < 2) return fail(new Error(`${program} ended with ${code}: ${all}`));
      done({ first, ms: last, pieces });
    });
  });
}

let asked = 0;
const prompt = () => `Question ${++asked}: count from one to three hundred in words.`;
let lease;
const key = () => fs.readFileSync(lease.key_file, 'utf8').trim();
const ways = {
  curl: () => timed('curl', ['-sN', '--unix-socket', lease.address.replace('unix://', ''), 'http://engine/v1/chat/completions',
    '-H', 'content-type: application/json', '-H', `authorization: Bearer ${key()}`,
    '-d', JSON.stringify({ model: 'engine', stream: true, max_tokens: tokens, ignore_eos: true, messages: [{ role: 'user', content: prompt() }] })],
  (line) => line.startsWith('data: {') && line.includes('"content":"')),
  'coder-nvim': () => timed(bin, ['ask', '--model', 'bench', '--json-lines', '--max-tokens', String(tokens), '--config', file, prompt()],
    (line) => line.startsWith('{"delta"')),
};

const quantile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
};
const row = (name, values, digits) => `| ${name} | ${[0, 0.5, 0.95].map((s) => quantile(values, s).toFixed(digits)).join(' | ')} |`;

try {
  lease = cli('engine', 'start');
  // Every answer is as long as it may be.
  fs.appendFileSync(file, `[models.bench]\nprovider = "openai"\nmodel = "engine"\nbase_url = ${JSON.stringify(lease.address)}\n`
    + `api_key = ${JSON.stringify(key())}\nextra = { ignore_eos = true }\n`);
  console.log(`${path.basename(model)}, ${lease.slots} slots of ${lease.context} tokens, ${runs} runs, ${tokens} tokens\n`);
  console.log('| | min | median | p95 |\n|---|---|---|---|');
  const figures = {};
  for (const at_once of [1, 2]) {
    for (const name in ways) figures[name] = { first: [], rate: [] };
    // In turns, so that whatever else the machine does meets both; the first of each is for warming up.
    for (let run = 0; run <= runs; run++) {
      for (const name in ways) {
        const answers = await Promise.all(Array.from({ length: at_once }, ways[name]));
        if (run === 0) continue;
        for (const one of answers) {
          figures[name].first.push(one.first);
          figures[name].rate.push(((one.pieces - 1) * 1000) / (one.ms - one.first));
        }
      }
    }
    const what = at_once === 1 ? 'alone' : 'two at once';
    for (const name in ways) console.log(row(`${what}, ${name}: first token, ms`, figures[name].first, 1));
    for (const name in ways) console.log(row(`${what}, ${name}: tok/s`, figures[name].rate, 1));
    const [plain, ours] = ['curl', 'coder-nvim'].map((name) => quantile(figures[name].rate, 0.5));
    const first = ['curl', 'coder-nvim'].map((name) => quantile(figures[name].first, 0.5));
    console.log(`| ${what}: overhead of medians | | first token +${(first[1] - first[0]).toFixed(1)} ms, speed ${((1 - ours / plain) * 100).toFixed(1)} % | |`);
  }
} finally {
  try { cli('engine', 'stop'); } catch { /* it never began */ }
  fs.rmSync(dir, { recursive: true, force: true });
}
