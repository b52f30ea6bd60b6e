// `coder-nvim complete`: places, dialects, refusals and failures.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { config, equal, match, run, scratch, startMock, test } from './harness.mjs';

const mock = await startMock();
const file = path.join(scratch, 'a.py');
fs.writeFileSync(file, 'def add(a, b):\n    re\n\ndef other():\n    return 2\n');
const one = (keys = {}, head = '') => config({ one: { base_url: mock.address, ...keys } }, head);
const at = (...more) => ['complete', '--file', file, '--line', '2', '--col', '6', ...more];
const only = async (map) => {
  await fetch(mock.base + '/_scenarios', { method: 'DELETE' });
  await mock.scenarios(map);
};
const engine = (more) => only({ '*': { llama: true, content: 'turn a + b\n\ndef other():\n', ...more } });
const posts = async () => (await mock.requests()).filter((r) => /complet|infill/.test(r.url));

test('complete: prints what goes at the cursor, and nothing else', async () => {
  await engine();
  await mock.forget();
  const r = await run(at('--config', one()));
  equal([r.code, r.out], [0, 'turn a + b']);
  const [sent] = await posts();
  equal(sent.url, '/completion');
  equal(sent.body.prompt.filter((part) => typeof part === 'string' && part), ['def add(a, b):\n', '\n\ndef other():\n    return 2\n', '    re']);
  equal(sent.body.prompt.filter((part) => typeof part === 'number'), [151659, 151661, 151660]);
});

test('complete: --json, and the text from standard input', async () => {
  await engine();
  const r = await run(['complete', '--json', '--config', one(), '--stdin', '--file', file, '--line', '1', '--col', '3'], { stdin: 'let\r\nx\r\n' });
  equal(Object.keys(r.json), ['text', 'model', 'ms', 'confidence']);
  equal([r.code, r.json.model, r.json.confidence], [0, 'one', null]);
});

test('complete: places outside the file are usage mistakes', async () => {
  const file_at = (line, col) => run(['complete', '--config', one(), '--file', file, '--line', line, '--col', col]);
  await engine();
  for (const [line, col, words] of [['9', '0', /beyond the/], ['2', '7', /beyond the 6 bytes/], ['0', '0', /--line/], ['2', '-1', /--col/]]) {
    const r = await file_at(line, col);
    equal(r.code, 2, `${line}:${col}`);
    match(r.err, words);
  }
  equal((await file_at('6', '0')).code, 0, 'the line after the last');
  match((await run(['complete', '--file', file])).err, /`--line` is missing/);
  equal((await run(['complete', '--config', one(), '--file', file + 'x', '--line', '1', '--col', '0'])).code, 2);
});

test('complete: a server without its own ways is asked by the tokens of the model\'s family', async () => {
  await only({ '*': { content: 'turn a + b' } });
  await mock.forget();
  const r = await run(at('--config', one({ model: 'Qwen2.5-Coder-7B' })));
  equal([r.code, r.out], [0, 'turn a + b']);
  const [sent] = await posts();
  equal(sent.url, '/v1/completions');
  match(sent.body.prompt, /^<\|fim_prefix\|>def add\(a, b\):\n(.|\n)*<\|fim_suffix\|>(.|\n)*<\|fim_middle\|> {4}re$/);
});

test('complete: a model nobody taught FIM is asked in a chat', async () => {
  await only({ '*': { content: '```python\n    return a + b\n```' } });
  await mock.forget();
  const r = await run(at('--config', one({ fim: 'chat' })));
  equal([r.code, r.out], [0, 'turn a + b']);
  equal((await posts())[0].url, '/v1/chat/completions');
});

test('complete: 501 on infill goes on with the next way', async () => {
  await only({
    '*': { llama: true, content: 'turn a' }, '/tokenize': { body: { tokens: [] } },
    '/infill': { status: 501, body: { error: { code: 501, message: 'Infill is not supported by this model', type: 'not_supported_error' } } },
  });
  await mock.forget();
  const r = await run(at('--config', one()));
  equal([r.code, r.out], [0, 'turn a']);
  equal((await posts()).map((p) => p.url)[0], '/infill');
});

test('complete: lanes and labels', async () => {
  await engine();
  await mock.forget();
  const cloud = { base_url: mock.address, lane: 'cloud' };
  const only_cloud = config({ far: cloud });
  const alone = await run(at('--json', '--config', only_cloud));
  equal([alone.code, alone.json.model], [0, 'repo'], 'no cloud lane by itself');
  equal((await run(at('--config', config({ far: cloud }, '[completion]\nrepo = false')))).code, 3, 'nor anything else, if that is off');
  equal((await posts()).length, 0);
  equal((await run(at('--config', config({ far: { ...cloud, fim: 'suffix' } }), '--model', 'far'))).code, 0, 'but by name');
  await mock.forget();
  const r = await run(at('--json', '--config', config({ far: cloud }, '[privacy]\nlocal_only = ["*.py"]'), '--model', 'far'));
  equal([r.code, r.json.error.kind], [5, 'policy']);
  fs.writeFileSync(path.join(scratch, '.env'), 'KEY=1\n');
  equal((await run(['complete', '--config', one(), '--file', path.join(scratch, '.env'), '--line', '1', '--col', '0'])).code, 5);
  equal((await posts()).length, 0, 'nothing was sent');
  match((await run(at('--config', one(), '--model', 'on'))).err, /did you mean `one`/);
});

test('complete: failures have the exit codes of every command', async () => {
  await only({ '*': { llama: true }, '/completion': { status: 401, body: { error: { message: 'no' } } } });
  equal((await run(at('--config', one({ api_key: 'sk-1' })))).code, 4);
  await only({ '*': { llama: true, content: 'turn', die: 1 } });
  equal((await run(at('--config', one()))).code, 7, 'cut off');
  equal((await run(at('--config', one({ base_url: 'http://127.0.0.1:1/v1' })))).code, 7, 'nobody there');
  await only({ '*': { llama: true, content: '  \n \n' } });
  const r = await run(at('--config', one()));
  equal([r.code, r.out], [0, ''], 'white space is nothing');
});

test('complete --model repo: from the repository itself, without a configuration', async () => {
  const root = path.join(scratch, 'habits');
  fs.mkdirSync(path.join(root, 'vault'), { recursive: true });
  for (let i = 0; i < 12; ++i) {
    fs.writeFileSync(path.join(root, `m${i}.py`), `def load_m${i}(path):\n    with open(path, encoding="utf-8") as handle:\n        return parse(handle.read(), strict=True)\n`);
    fs.writeFileSync(path.join(root, `vault/v${i}.py`), `def close_${i}(quarter):\n    total = settle_accounts(ledger, quarter)\n    return total\n`);
  }
  fs.writeFileSync(path.join(root, '.env'), 'TOKEN=sk-live-0123456789\n'.repeat(9));
  execFileSync('git', ['init', '-q', root]);
  const cache = path.join(scratch, 'habits-cache');
  const at_end = (name, lines, ...more) => {
    fs.writeFileSync(path.join(root, name), lines.join('\n'));
    return run(['complete', '--json', '--file', name, '--line', String(lines.length), '--col', String(lines.at(-1).length), ...more], { cwd: root, env: { XDG_CACHE_HOME: cache } });
  };
  const begun = ['import os', '', '', 'def load_new(path):', '    with open(path, enc'];
  const first = await at_end('new.py', begun, '--model', 'repo');
  equal([first.code, first.json.model], [0, 'repo'], first.err);
  equal(first.json.text !== '' && 'oding="utf-8") as handle:'.startsWith(first.json.text), true, first.json.text);
  equal(first.json.confidence > 0.5 && first.json.confidence <= 1, true);
  // Kept for the next time; and with nothing configured it is what answers.
  equal(fs.readdirSync(path.join(cache, 'coder-nvim/repo')).length, 1);
  equal((await at_end('new.py', begun)).json.text, first.json.text);
  // A damaged file is made anew.
  const kept = path.join(cache, 'coder-nvim/repo', fs.readdirSync(path.join(cache, 'coder-nvim/repo'))[0]);
  fs.writeFileSync(kept, fs.readFileSync(kept).subarray(0, 100));
  equal((await at_end('new.py', begun)).json.text, first.json.text);
  // Secrets and private files.
  equal((await at_end('new.py', ['TOKEN=sk-li'])).json.text, '');
  const rules = config({}, '[privacy]\nlocal_only = ["vault/**"]');
  const hidden = ['def close_new(quarter):', '    total = settle_acc'];
  equal((await at_end('new.py', hidden, '--config', rules)).json.text.startsWith('ounts'), false, 'public');
  fs.rmSync(path.join(root, 'new.py')); // it holds the word half typed
  equal('ounts(ledger, quarter)'.startsWith((await at_end('vault/new.py', hidden, '--config', rules)).json.text || 'nothing'), true, 'private');
  const folder = path.join(scratch, 'nothing');
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'a.py'), 'x = ');
  const alone = await run(['complete', '--file', 'a.py', '--line', '1', '--col', '4'], { cwd: folder });
  equal([alone.code, alone.out], [0, '']);
});
