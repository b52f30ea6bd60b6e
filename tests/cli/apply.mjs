// `apply` on folders of files: what is written, what is refused and why, and that a refusal writes nothing.
import fs from 'node:fs';
import path from 'node:path';
import { config, equal, match, run, scratch, test } from './harness.mjs';

let count = 0;
/// A project of the files given.
function project(files) {
  const root = path.join(scratch, `apply-${++count}`);
  fs.mkdirSync(path.join(root, '.git'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  const read = (name) => fs.readFileSync(path.join(root, name), 'latin1');
  const apply = async (reply, ...args) => run(['apply', '--json', '--root', root, ...args, '-'], { stdin: reply, cwd: root });
  const left = () => fs.readdirSync(root, { recursive: true }).filter((name) => name.includes('.coder-'));
  return { root, read, apply, left };
}
const block = (file, search, replace) => `${file}\n\`\`\`\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n\`\`\`\n`;
const statuses = (r) => r.json.edits.map((e) => e.status);

test('apply: blocks of several files, then again', async () => {
  const p = project({ 'a.py': 'one = 1\ntwo = 2\n', 'src/b.py': 'def f():\n    return 1\n' });
  const reply = block('a.py', 'one = 1\n', 'one = 10\n') + 'And:\n' + block('src/b.py', '    return 1\n', '    return 2\n');
  const dry = await p.apply(reply, '--dry-run');
  equal([dry.code, dry.json.written, statuses(dry)], [0, 0, ['applied', 'applied']]);
  equal(p.read('a.py'), 'one = 1\ntwo = 2\n');
  const r = await p.apply(reply);
  equal([r.code, r.json], [0, { edits: [{ file: 'a.py', status: 'applied', line: 1, reason: null }, { file: 'src/b.py', status: 'applied', line: 2, reason: null }], written: 2 }]);
  equal([p.read('a.py'), p.read('src/b.py'), p.left()], ['one = 10\ntwo = 2\n', 'def f():\n    return 2\n', []]);
  const again = await p.apply(reply);
  equal([again.code, again.json.written, statuses(again)], [0, 0, ['already', 'already']]);
});

test('apply: a reply file, and the diff that --dry-run prints applies', async () => {
  const p = project({ 'a.py': 'one = 1\ntwo = 2\n' });
  fs.writeFileSync(path.join(p.root, 'reply.md'), block('a.py', 'two = 2\n', 'two = 20\n'));
  const dry = await run(['apply', '--dry-run', 'reply.md'], { cwd: p.root });
  equal(dry.code, 0);
  match(dry.out, /^diff --git a\/a.py b\/a.py\n--- a\/a.py\n\+\+\+ b\/a.py\n@@ -1,2 \+1,2 @@\n one = 1\n-two = 2\n\+two = 20\n$/);
  equal((await p.apply('```diff\n' + dry.out + '```\n')).code, 0);
  equal(p.read('a.py'), 'one = 1\ntwo = 20\n');
});

test('apply: one refused, none written; the others name it', async () => {
  const p = project({ 'a.py': 'one = 1\n', 'b.py': 'x = 1\ny = 1\nx = 1\n' });
  const r = await p.apply(block('a.py', 'one = 1\n', 'one = 2\n') + block('b.py', 'x = 1\n', 'x = 2\n') + block('a.py', 'one = 1\n', 'one = 2\n'));
  equal([r.code, r.json.written, statuses(r), r.json.error.kind], [6, 0, ['refused', 'refused', 'already'], 'edits']);
  match(r.json.edits[0].reason, /b\.py/);
  match(r.json.edits[1].reason, /2 places, at lines 1 and 3/);
  equal(p.read('a.py'), 'one = 1\n');
});

test('apply: no edit, a truncated one, an empty SEARCH', async () => {
  const p = project({ 'a.py': 'one = 1\n', 'empty.py': '' });
  const prose = await p.apply('I would not change a thing.\n```python\nprint(1)\n```\n');
  equal([prose.code, prose.json.edits, prose.json.error.kind], [6, [], 'edits']);
  equal((await p.apply('')).code, 6);
  const cut = await p.apply('a.py\n<<<<<<< SEARCH\none = 1\n=======\none = 2\n');
  equal([cut.code, statuses(cut)], [6, ['refused']]);
  match(cut.json.edits[0].reason, /REPLACE/);
  equal((await p.apply('a.py\n```\n<<<<<<< SEARCH\none = 1\n=======\none = 2\n>>>>>>> REPLACE')).code, 0, 'no closing fence');
  equal((await p.apply(block('a.py', '', 'three = 3\n'))).code, 6);
  equal((await p.apply(block('empty.py', '', 'x = 1\n'))).code, 0);
  equal((await p.apply(block('new/deep.py', '', 'x = 1\n'))).code, 0);
  equal([p.read('empty.py'), p.read('new/deep.py'), p.read('a.py')], ['x = 1\n', 'x = 1\n', 'one = 2\n']);
});

test('apply: paths stay inside', async () => {
  const outside = path.join(scratch, 'outside.py');
  fs.writeFileSync(outside, 'x = 1\n');
  const p = project({ 'a.py': 'x = 1\n', '.git/config': 'x = 1\n', 'ro.py': 'x = 1\n' });
  fs.symlinkSync(outside, path.join(p.root, 'link.py'));
  fs.symlinkSync(scratch, path.join(p.root, 'folder'));
  fs.symlinkSync('nowhere.py', path.join(p.root, 'nothing.py'));
  fs.chmodSync(path.join(p.root, 'ro.py'), 0o444);
  for (const file of ['../outside.py', outside, 'link.py', 'folder/outside.py', '.git/config', 'a/../../outside.py', '.GIT/hooks/x.sh', 'ro.py', 'nothing.py']) {
    const r = await p.apply(block(file, 'x = 1\n', 'x = 2\n') + block('a.py', 'x = 1\n', 'x = 2\n'));
    equal([file, r.code, statuses(r)], [file, 6, ['refused', 'refused']]);
    equal([file, (await p.apply(block(file, '', 'x = 2\n'))).code], [file, 6]);
  }
  equal([fs.readFileSync(outside, 'utf8'), p.read('a.py'), p.left()], ['x = 1\n', 'x = 1\n', []]);
});

test('apply: line ends, marks, modes and final newlines stay', async () => {
  const p = project({ 'crlf.txt': 'a\r\nb\r\n', 'bom.txt': '', 'open.txt': 'a\nb', 'mixed.txt': 'a\r\nb\nc\n', 'run.sh': 'echo 1\n' });
  fs.writeFileSync(path.join(p.root, 'bom.txt'), '\ufeffa\nb\n');
  fs.chmodSync(path.join(p.root, 'run.sh'), 0o755);
  const reply = ['crlf.txt', 'bom.txt', 'open.txt', 'mixed.txt'].map((f) => block(f, 'b\n', 'b1\nb2\n')).join('') + block('run.sh', 'echo 1\n', 'echo 2\n');
  const r = await p.apply(reply);
  equal(r.code, 0, r.err);
  equal([p.read('crlf.txt'), p.read('open.txt'), p.read('mixed.txt')], ['a\r\nb1\r\nb2\r\n', 'a\nb1\nb2', 'a\r\nb1\nb2\nc\n']);
  equal(p.read('bom.txt'), '\xef\xbb\xbfa\nb1\nb2\n');
  equal(fs.statSync(path.join(p.root, 'run.sh')).mode & 0o777, 0o755);
});

test('apply: what is no text, or too large, is refused', async () => {
  const p = project({ 'bin.txt': 'a\0b\n', 'big.txt': 'x'.repeat(17 << 20) });
  fs.writeFileSync(path.join(p.root, 'latin.txt'), Buffer.from([0x61, 0xe9, 0x0a, 0x62, 0x0a]));
  fs.mkdirSync(path.join(p.root, 'dir.py'));
  for (const file of ['bin.txt', 'latin.txt', 'big.txt', 'dir.py', 'missing.py']) equal([file, (await p.apply(block(file, 'b\n', 'c\n'))).code], [file, 6]);
});

test('apply: syntax errors', async () => {
  const p = project({ 'a.py': 'def f():\n    return (1)\n', 'broken.py': 'def f(:\n    return 1\n' });
  const r = await p.apply(block('a.py', '    return (1)\n', '    return (1\n'));
  equal([r.code, statuses(r)], [6, ['refused']]);
  match(r.json.edits[0].reason, /syntax error at line 2/);
  equal((await p.apply(block('a.py', '    return (1)\n', '    return (1\n'), '--accept-syntax-errors')).code, 0);
  equal((await p.apply(block('broken.py', '    return 1\n', '    return 2\n'))).code, 0, 'errors that were there before');
});

test('apply: files come, go and move', async () => {
  const p = project({ 'old.py': 'x = 1\n', 'gone.txt': 'bye\n' });
  const r = await p.apply('*** Begin Patch\n*** Update File: old.py\n*** Move to: lib/new.py\n@@\n-x = 1\n+x = 2\n*** Delete File: gone.txt\n*** Add File: c.py\n+y = 1\n*** End Patch\n');
  equal([r.code, r.json.written, statuses(r)], [0, 3, ['applied', 'applied', 'applied', 'applied']], r.out + r.err);
  equal([p.read('lib/new.py'), p.read('c.py'), fs.existsSync(path.join(p.root, 'old.py')), fs.existsSync(path.join(p.root, 'gone.txt'))], ['x = 2\n', 'y = 1\n', false, false]);
});

test('apply: edits of the same lines are refused, edits that build on one another are not', async () => {
  const p = project({ 'a.py': 'a = 1\nb = 2\nc = 3\n' });
  const over = await p.apply(block('a.py', 'a = 1\nb = 2\n', 'ab = 3\n') + block('a.py', 'b = 2\nc = 3\n', 'bc = 5\n'));
  equal([over.code, statuses(over)], [6, ['refused', 'refused']]);
  match(over.json.edits[1].reason, /same lines/);
  const after = await p.apply(block('a.py', 'a = 1\n', 'a = one\n') + block('a.py', 'a = one\n', 'a = eins\n'));
  equal([after.code, p.read('a.py')], [0, 'a = eins\nb = 2\nc = 3\n']);
});

test('apply: files that no model sees are left alone', async () => {
  const p = project({ '.env': 'KEY=1\n' });
  equal((await p.apply(block('.env', 'KEY=1\n', 'KEY=2\n'))).code, 6);
  equal(p.read('.env'), 'KEY=1\n');
});

test('apply: mistakes in the arguments', async () => {
  for (const args of [[], ['a', 'b'], ['/no/such/reply.md'], [scratch], ['--root', '/no/such/folder', '-']]) {
    const r = await run(['apply', '--json', ...args]);
    equal([args.join(' '), r.code, r.json.error.kind], [args.join(' '), 2, 'usage']);
  }
  equal((await run(['apply', '--config', config({}, 'mode = 3'), '--config', '/no/such.toml', '-'])).code, 2);
  equal((await run(['apply', '--config', '/no/such.toml', '-'])).code, 3);
});
