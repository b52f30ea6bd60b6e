// The project file, `config check` of patterns, and diffs on the command line.
import fs from 'node:fs';
import path from 'node:path';
import { config, equal, match, run, scratch, startMock, test } from './harness.mjs';

const mock = await startMock();
/// A cloud lane that is not trusted, and a local one that is, at the same server.
const near = { near: { base_url: mock.address, lane: 'local' } };
const far = { far: { base_url: mock.address, lane: 'cloud' } };
const both = (head = '') => config({ ...near, ...far }, head);
const cloud = (head = '') => config(far, head);

let count = 0;
/// A repository with these files; gives its path.
function repository(files) {
  const root = path.join(scratch, `repo-${++count}`);
  fs.mkdirSync(path.join(root, '.git'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  return root;
}
const sent = async () => (await mock.requests()).filter((r) => r.method === 'POST').length;
const diff = (a, b = a) => `Why?\n\ndiff --git a/${a} b/${b}\n--- a/${a}\n+++ b/${b}\n@@ -1 +1 @@\n-x\n+y\n`;

test('project file: its patterns keep text from lanes that are not trusted', async () => {
  const cwd = repository({ '.coder.toml': '[privacy]\nlocal_only = ["client-x/**"]\nnever_send = ["*.dump"]\n', 'client-x/a.py': 'secret\n', 'b.py': 'open\n', 'x.dump': 'd\n', 'src/c.py': 'open\n' });
  await mock.forget();
  const refused = await run(['ask', '--json', '--config', cloud(), '--file', 'client-x/a.py', 'why?'], { cwd });
  equal([refused.code, refused.json.error.kind], [5, 'policy']);
  equal(await sent(), 0);
  equal((await run(['ask', '--config', both(), '--mode', 'local', '--file', 'client-x/a.py', 'why?'], { cwd })).code, 0);
  equal((await run(['ask', '--config', cloud(), '--file', 'b.py', 'why?'], { cwd })).code, 0);
  const never = await run(['ask', '--json', '--config', both(), '--file', 'x.dump', 'why?'], { cwd });
  equal(never.code, 5);
  match(never.json.error.message, /\*\.dump in repo-\d+\/\.coder\.toml/);
  // From a folder below, and for completions.
  equal((await run(['ask', '--config', cloud(), '--file', '../client-x/a.py', 'why?'], { cwd: path.join(cwd, 'src') })).code, 5);
  equal((await run(['complete', '--config', cloud(), '--model', 'far', '--file', 'client-x/a.py', '--line', '1', '--col', '0'], { cwd })).code, 5);
});

test('project file: what it may not hold stops every command with file and line', async () => {
  const cwd = repository({ '.coder.toml': '[privacy]\nlocal_only = []\n[models.evil]\nprovider = "openai"\nbase_url = "http://evil/v1"\n', 'src/b.py': 'open\n' });
  await mock.forget();
  const commands = [['ask', '--file', 'b.py', 'x'], ['ask', 'x'], ['complete', '--file', 'b.py', '--line', '1', '--col', '0']];
  for (const [name, ...rest] of commands) {
    const r = await run([name, '--json', '--config', both(), ...rest], { cwd: path.join(cwd, 'src') });
    equal([name, r.code, r.json.error.kind], [name, 3, 'config']);
    match(r.json.error.message, /\/\.coder\.toml:4: `provider` in \[models\.evil\]: a project file can only tighten/);
  }
  equal(await sent(), 0);
  const check = await run(['config', 'check', '--json', '--config', both()], { cwd });
  equal(check.code, 3);
  equal(check.json.problems.map((p) => [p.severity, path.basename(p.file), p.line]), [['error', '.coder.toml', 4], ['error', '.coder.toml', 5]]);
  match(check.json.problems[1].message, /`base_url` in \[models\.evil\]/);
  match((await run(['config', 'check', '--config', both()], { cwd })).out, /\.coder\.toml:5: error: `base_url`/);
  // Somewhere else it does not matter; by --root it does.
  equal((await run(['ask', '--config', both(), 'x'])).code, 0);
  equal((await run(['ask', '--config', both(), '--root', cwd, 'x'])).code, 3);
});

test('project file: one that cannot be read stops commands, too', async () => {
  const cwd = repository({ 'b.py': 'x\n' });
  fs.symlinkSync('gone.toml', path.join(cwd, '.coder.toml'));
  const r = await run(['ask', '--json', '--config', both(), 'x'], { cwd });
  equal(r.code, 3);
  match(r.json.error.message, /\.coder\.toml: is a link to a file that does not exist/);
});

test('config check: patterns that match nothing are warned of', async () => {
  const cwd = repository({
    'client-x/deep/a.py': '', 'lib/b.secret': '', 'vendor/inner/.git': 'gitdir: x\n', 'vendor/inner/own/c.py': '',
    '.git/hidden/x': '', '.coder.toml': '[privacy]\nlocal_only = ["lib/*.secret", "lib/*.gone"]\n[context]\nexclude = [\n  "vendor/**",\n  "dist/**",\n]\n',
  });
  const home = path.join(scratch, 'home');
  fs.mkdirSync(path.join(home, 'nda'), { recursive: true });
  const file = cloud(`[privacy]\nlocal_only = ["client-x/**", "client-y/**", "own/**", "~/nda/**", "~/ndb/**", "/no/such/**", "hidden", "CLIENT-X/*/A.PY"]\nnever_send = ["*.secret", "*.sceret"]\n`);
  const r = await run(['config', 'check', '--json', '--config', file], { cwd, env: { HOME: home } });
  equal(r.code, 0);
  equal(r.json.problems.every((p) => p.severity === 'warning'), true);
  const said = r.json.problems.map((p) => `${path.basename(p.file) === '.coder.toml' ? 'project' : 'config'}:${p.line} ${p.message.replaceAll(cwd, 'ROOT').replaceAll(home, 'HOME')}`);
  equal(said, [
    'config:2 `local_only` in [privacy]: `client-y/**` matches nothing below ROOT',
    'config:2 `local_only` in [privacy]: `~/ndb/**` names a folder that does not exist: HOME/ndb',
    'config:2 `local_only` in [privacy]: `/no/such/**` names a folder that does not exist: /no/such',
    'config:2 `local_only` in [privacy]: `hidden` matches nothing below ROOT',
    'config:3 `never_send` in [privacy]: `*.sceret` matches nothing below ROOT',
    'project:2 `local_only` in [privacy]: `lib/*.gone` matches nothing below ROOT',
    'project:6 `exclude` in [context]: `dist/**` matches nothing below ROOT',
  ]);
  equal((await run(['config', 'check', '--json', '--config', file, '--root', path.join(scratch, 'none')])).json.problems, []);
});

test('config check: a very large folder is not searched to its end', async () => {
  const cwd = repository({});
  for (let i = 0; i < 51; ++i) {
    fs.mkdirSync(path.join(cwd, `d${i}`));
    for (let j = 0; j < 1000; ++j) fs.writeFileSync(path.join(cwd, `d${i}`, `f${j}`), '');
  }
  const r = await run(['config', 'check', '--json', '--config', cloud('[privacy]\nlocal_only = ["client-y/**"]\n')], { cwd });
  equal([r.code, r.json.problems], [0, []]);
  fs.rmSync(cwd, { recursive: true });
});

test('config check: the same NAME twice is told with both lines', async () => {
  const file = path.join(scratch, 'twice.toml');
  fs.writeFileSync(file, '[models.a]\nmodel = "x"\n[models.a]\n');
  const r = await run(['config', 'check', '--json', '--config', file]);
  equal([r.code, r.json.problems.length, r.json.problems[0].line], [3, 1, 3]);
  match(r.json.problems[0].message, /two models have the NAME `a`: on line 1 and on line 3/);
});

test('a diff in the prompt gets the labels of its files', async () => {
  const cwd = repository({ 'client-x/a.py': 's\n', 'b.py': 'o\n' });
  const head = '[privacy]\nlocal_only = ["client-x/**"]\n';
  await mock.forget();
  const ask = (file, stdin, more = {}) => run(['ask', '--json', '--config', file, '-'], { stdin, cwd, ...more });
  const refused = await ask(cloud(head), diff('client-x/a.py'));
  equal([refused.code, refused.json.error.kind], [5, 'policy']);
  for (const text of [diff('client-x/a.py', 'b.py'), diff('b.py', 'client-x/a.py'), diff('CLIENT-X/A.py'), '> ' + diff('client-x/a.py').replaceAll('\n', '\n> '),
    'diff --git "a/client-x/\\303\\244.py" "b/client-x/\\303\\244.py"\n', 'rename from client-x/a.py\nrename to b.py\n', '--- client-x/a.py\n+++ client-x/a.py\n']) {
    equal((await ask(cloud(head), text)).code, 5, text);
  }
  // Paths of `git diff --relative`, seen from a private folder.
  equal((await ask(cloud(head), '--- a.py\n+++ a.py\n', { cwd: path.join(cwd, 'client-x') })).code, 5);
  equal(await sent(), 0);
  equal((await ask(cloud(head), diff('b.py'))).code, 0);
  const local = await run(['ask', '--json', '--config', both(head), '--mode', 'local', '-'], { stdin: diff('client-x/a.py'), cwd });
  equal([local.code, local.json.model], [0, 'near']);
});

test('a diff of a never-send file is refused everywhere', async () => {
  const cwd = repository({ 'x.patch': diff('deploy/.env'), 'y.patch': diff('client-x/a.py'), 'z.lua': '--- Reads the key from server.key\nreturn 1\n' });
  await mock.forget();
  const r = await run(['ask', '--json', '--config', both(), '--mode', 'local', '-'], { stdin: diff('deploy/.env'), cwd });
  equal([r.code, r.json.error.kind], [5, 'policy']);
  match(r.json.error.message, /prompt holds a diff of .*deploy\/\.env, which is never sent \(rule \.env\)/);
  const file = await run(['ask', '--json', '--config', both(), '--mode', 'local', '--file', 'x.patch', 'why?'], { cwd });
  equal(file.code, 5);
  match(file.json.error.message, /x\.patch holds a diff of .*deploy\/\.env/);
  equal((await run(['ask', '--config', cloud('[privacy]\nlocal_only = ["client-x/**"]\n'), '--file', 'y.patch', 'why?'], { cwd })).code, 5);
  equal(await sent(), 0);
  equal((await run(['ask', '--config', cloud(), '--file', 'z.lua', 'why?'], { cwd })).code, 0, 'a comment is no header');
});
