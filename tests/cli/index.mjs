// `coder-nvim index`: what is in it, what is left out, and times that say what they are of.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { config, equal, match, run, scratch, test } from './harness.mjs';

let count = 0;
const cache = () => ({ XDG_CACHE_HOME: path.join(scratch, `cache-${++count}`) });
/// A folder with these files, under git if `git`; gives its path.
function project(files, git = true) {
  const root = path.join(scratch, `indexed-${++count}`);
  fs.mkdirSync(root, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  if (git) execFileSync('git', ['init', '-q'], { cwd: root, env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null' } });
  return root;
}
const some = { 'a.py': 'def alpha():\n    return 1\n', 'src/b.rs': 'fn beta() {}\n', '.env': 'KEY=1\n', '.gitignore': '*.log\n', 'x.log': 'x\n' };

test('index: counts what is in and times the build', async () => {
  const cwd = project(some), env = cache();
  const r = await run(['index', '--json'], { cwd, env });
  equal(r.code, 0);
  equal(Object.keys(r.json), ['files', 'lines', 'symbols', 'bytes', 'cold_ms', 'warm_ms', 'rss_mb', 'left_out']);
  equal([r.json.files, r.json.lines, r.json.symbols, r.json.bytes, r.json.left_out], [3, 4, 2, 45, 1]);
  equal([r.json.cold_ms > 0, r.json.warm_ms > 0, r.json.rss_mb > 1], [true, true, true]);
  equal(r.err, '');
  match((await run(['index'], { cwd, env })).out, /indexed-\d+: 3 files, 4 lines, 2 symbols, 0\.0 MB\n/);
  equal((await run(['index', '--json', '--root', path.join(cwd, 'src')], { env })).json.files, 1);
});

test('index: tells what is left out and why', async () => {
  const cwd = project({ ...some, 'vendor/v.py': 'def v(): pass\n', 'b.dat': 'a\0b', 'x.dump': 'd\n', 'y.secret': 's\n' });
  const file = config({}, '[context]\nexclude = ["vendor/**"]\n[privacy]\nnever_send = ["*.secret"]\n');
  fs.writeFileSync(path.join(cwd, '.coder.toml'), '[privacy]\nnever_send = ["*.dump"]\n');
  const r = await run(['index', '--json', '--left-out', '--config', file], { cwd, env: cache() });
  equal(r.json.left_out, [
    { path: '.env', reason: 'never sent: .env' },
    { path: 'b.dat', reason: 'binary' },
    { path: 'vendor/v.py', reason: 'excluded: vendor/**' },
    { path: 'x.dump', reason: 'never sent: *.dump' },
    { path: 'y.secret', reason: 'never sent: *.secret' },
  ]);
  const text = await run(['index', '--left-out', '--config', file], { cwd, env: cache() });
  match(text.out, /^\.env: never sent: \.env\nb\.dat: binary\n/);
});

test('index: outside of git, and where git is missing', async () => {
  const cwd = project({ ...some, 'node_modules/m/i.py': 'def m(): pass\n' }, false);
  equal((await run(['index', '--json'], { cwd, env: cache() })).json.files, 3);
  const inside = project(some);
  const r = await run(['index', '--json'], { cwd: inside, env: { ...cache(), PATH: '/nowhere' } });
  equal([r.code, r.json.files], [0, 3]);
  match(r.json.problem, /cannot run `git`/);
});

test('index: mistakes', async () => {
  equal((await run(['index', 'x'])).code, 2);
  const r = await run(['index', '--json', '--root', path.join(scratch, 'nowhere')], { env: cache() });
  equal([r.code, r.json.error.kind], [2, 'usage']);
  match((await run(['index', '--help'])).out, /cold_ms/);
});
