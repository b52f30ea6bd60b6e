// `refactor`: files go out with the instruction, edits come back, are checked, shown and written.
import fs from 'node:fs';
import path from 'node:path';
import { config, equal, has, match, run, scratch, startMock, test } from './harness.mjs';

const mock = await startMock();
const block = (file, search, replace) => `${file}\n\`\`\`\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n\`\`\`\n`;

let count = 0;
/// A project of the files given, and a model `name` that answers with `reply`, then with `second`.
async function project(files, reply, { second, head = '', keys = {} } = {}) {
  const name = `refactor-${++count}`;
  const root = path.join(scratch, name);
  fs.mkdirSync(path.join(root, '.git'), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  await mock.scenarios({ [name]: second === undefined ? { content: reply } : [{ content: reply }, { content: second }] });
  await mock.forget();
  const toml = config({ one: { base_url: mock.address, model: name, ...keys } }, head);
  return {
    read: (file) => fs.readFileSync(path.join(root, file), 'utf8'),
    has: (file) => fs.existsSync(path.join(root, file)),
    refactor: (...args) => run(['refactor', '--config', toml, ...args], { cwd: root }),
    asked: async () => (await mock.requests()).filter((r) => r.method === 'POST').map((r) => r.body.messages),
  };
}

const files = { 'a.py': 'one = 1\ntwo = 2\n', 'src/b.py': 'def f():\n    return 1\n', 'c.py': 'other = 1\n' };
const named = ['--file', 'a.py', '--file', 'src/b.py', '--instruction', 'multiply by ten'];
const reply = 'Sure.\n\n' + block('a.py', 'one = 1\n', 'one = 10\n') + '\n' + block('src/b.py', '    return 1\n', '    return 10\n');

test('refactor: a unified diff, nothing written; --apply writes', async () => {
  const p = await project(files, reply);
  const shown = await p.refactor(...named);
  equal(shown.code, 0);
  has(shown.out, '--- a/a.py\n+++ b/a.py\n');
  has(shown.out, '-    return 1\n+    return 10\n');
  match(shown.err, /edit 2: src\/b\.py/);
  equal(p.read('a.py'), files['a.py']);
  const [messages] = await p.asked();
  match(messages[0].content, /SEARCH(.|\n)*a\.py(.|\n)*one = 1(.|\n)*src\/b\.py/);
  match(messages.at(-1).content, /^multiply by ten(.|\n)*Change only a\.py and src\/b\.py/);
  const r = await p.refactor(...named, '--apply', '--json');
  equal([r.code, r.json.written, r.json.edits.map((e) => [e.file, e.status, e.line])], [0, 2, [['a.py', 'applied', 1], ['src/b.py', 'applied', 2]]]);
  equal([p.read('a.py'), p.read('src/b.py')], ['one = 10\ntwo = 2\n', 'def f():\n    return 10\n']);
});

test('refactor: an edit that does not fit is asked for once more, with the nearest lines', async () => {
  const p = await project(files, block('a.py', 'two = 2\n', 'two = 20\n') + block('src/b.py', 'def g():\n    return 7\n', 'x\n'),
    { second: block('src/b.py', '    return 1\n', '    return 10\n') });
  const r = await p.refactor(...named, '--apply', '--json');
  equal([r.code, r.json.written], [0, 2]);
  equal([p.read('a.py'), p.read('src/b.py')], ['one = 1\ntwo = 20\n', 'def f():\n    return 10\n']);
  const [, second] = await p.asked();
  equal(second.slice(-2).map((m) => m.role), ['assistant', 'user']);
  match(second.at(-1).content, /src\/b\.py(.|\n)*Send these blocks again/);
});

test('refactor: what does not fit the second time either is refused, and nothing is written', async () => {
  const wrong = block('a.py', 'nothing like it\n', 'x\n');
  const p = await project(files, wrong + block('src/b.py', '    return 1\n', '    return 10\n'), { second: wrong });
  const r = await p.refactor(...named, '--apply', '--json');
  equal([r.code, r.json.error.kind, r.json.written], [6, 'edits', 0]);
  equal(r.json.edits.map((e) => e.status), ['refused', 'refused']);
  equal(p.read('src/b.py'), files['src/b.py']);
  const silent = await project(files, wrong + block('src/b.py', '    return 1\n', '    return 10\n'), { second: 'I cannot.' });
  equal([(await silent.refactor(...named, '--apply')).code, silent.read('src/b.py')], [6, files['src/b.py']]);
});

test('refactor: only the files that were named, and new ones', async () => {
  const p = await project(files, block('c.py', 'other = 1\n', 'other = 2\n'));
  const r = await p.refactor(...named, '--apply', '--json');
  equal([r.code, p.read('c.py')], [6, files['c.py']]);
  match(r.json.edits[0].reason, /name it with --file/);
  const fresh = await project(files, block('new/d.py', '', 'fresh = 1\n'));
  equal([(await fresh.refactor(...named, '--apply')).code, fresh.read('new/d.py')], [0, 'fresh = 1\n']);
});

test('refactor: no edit, nothing to do, usage, privacy', async () => {
  const p = await project(files, 'There is nothing to change.');
  const none = await p.refactor(...named, '--json');
  equal([none.code, none.json.edits], [6, []]);
  match(none.json.error.message, /There is nothing to change/);
  for (const args of [['--instruction', 'x'], ['--file', 'a.py'], ['--file', 'a.py', '--instruction', ' '], ['--file', 'a.py', '--instruction', 'x', 'y'], ['--file', 'gone.py', '--instruction', 'x']]) {
    equal((await p.refactor(...args)).code, 2, args.join(' '));
  }
  const secret = await project(files, reply, { head: '[privacy]\nlocal_only = ["src/**"]', keys: { lane: 'cloud' } });
  equal([(await secret.refactor(...named)).code, (await secret.asked()).length], [5, 0]);
});
