// The command line as scripts use it: exit codes, JSON, messages, and what reaches the server.
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import './apply.mjs';
import './batch.mjs';
import './bench.mjs';
import './complete.mjs';
import './context.mjs';
import './cost.mjs';
import './engine.mjs';
import './engine_pull.mjs';
import './index.mjs';
import './project.mjs';
import './refactor.mjs';
import './replicas.mjs';
import './route.mjs';
import './tasks.mjs';
import './tools.mjs';
import { config, equal, has, main, match, run, scratch, startMock, test } from './harness.mjs';

const mock = await startMock();
const closedPort = await new Promise((done) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)); });
});
const one = (keys = {}) => config({ one: { base_url: mock.address, ...keys } });

test('version and help', async () => {
  const version = await run(['--version']);
  equal(version.code, 0);
  match(version.out, /^coder-nvim \d+\.\d+\.\d+ \(protocol \d+, build [0-9a-f]{16}\)\n$/);
  match((await run(['--help'])).out, /ask .*\n(.|\n)*config/);
  for (const command of ['ask', 'apply', 'complete', 'serve', 'route', 'models', 'index', 'engine', 'cost', 'estimate', 'config']) match((await run([command, '--help'])).out, /usage: coder-nvim/);
  equal((await run([])).code, 2);
});

test('usage mistakes exit 2 and name the nearest', async () => {
  match((await run(['aks'])).err, /did you mean `ask`/);
  equal((await run(['aks'])).code, 2);
  const r = await run(['ask', '--modell', 'x', 'hi', '--json']);
  equal([r.code, r.json.error.kind], [2, 'usage']);
  match(r.json.error.hint, /--model/);
  for (const args of [['ask'], ['ask', 'a', 'b'], ['ask', ' '], ['ask', '--max-tokens', '0', 'x'], ['ask', '--mode', 'x', 'y'], ['config'], ['serve', 'x']]) {
    equal((await run(args)).code, 2, args.join(' '));
  }
  equal((await run(['serve'], { stdin: '' })).code, 0, 'serve ends with its input');
});

test('an answer streams to stdout, the router line is the last of stderr', async () => {
  const r = await run(['ask', '--config', one({ price: '!{ input = 1, cached_input = 0.1, output = 2 }' }), 'hello']);
  equal([r.code, r.out], [0, 'Hello from the mock server.']);
  match(r.err, /(^|\n)\[router\] one \(mock\) \d+ms in=10 out=7 \$0\.000024\n$/);
});

test('unknown price prints $?, a NAME equal to the id stands alone', async () => {
  const r = await run(['ask', '--config', config({ mock: { base_url: mock.address } }), 'hello']);
  match(r.err, /^\[router\] mock \d+ms in=10 out=7 \$\?\n$/);
});

test('--json is one object; --no-stream and --json-lines give the same text', async () => {
  const file = one();
  const r = await run(['ask', '--json', '--config', file, 'hello']);
  equal(Object.keys(r.json), ['text', 'model', 'lane', 'ms', 'ttft_ms', 'usage', 'usd', 'finish']);
  equal([r.json.text, r.json.model, r.json.lane, r.json.usd, r.json.finish], ['Hello from the mock server.', 'one', 'local', null, 'stop']);
  equal(r.json.usage, { input: 10, cached_input: 0, output: 7, reasoning: 0 });
  equal((await run(['ask', '--no-stream', '--config', file, 'hello'])).out, r.json.text);
  const lines = (await run(['ask', '--json-lines', '--config', file, 'hello'])).out.trim().split('\n').map((l) => JSON.parse(l));
  equal(lines.slice(0, -1).map((l) => l.delta).join(''), r.json.text);
  equal(lines.at(-1).text, r.json.text);
});

test('the prompt may come from stdin; --config before the command', async () => {
  await mock.forget();
  equal((await run(['--config', one(), 'ask', '-'], { stdin: 'from stdin\n' })).code, 0);
  equal((await mock.requests())[0].body.messages, [{ role: 'user', content: 'from stdin' }]);
});

test('request carries key, id, options; the key shows nowhere else', async () => {
  await mock.forget();
  const file = one({ api_key: ' "sk-secret-123"\n', temperature: 0.5, max_tokens: 77, headers: '!{ X-Team = "blue" }', extra: '!{ top_k = 5 }' });
  const r = await run(['ask', '--json', '--config', file, '--max-tokens', '9', 'hello']);
  const [request] = await mock.requests();
  equal(request.headers.authorization, 'Bearer sk-secret-123');
  equal(request.headers['x-team'], 'blue');
  equal([request.body.model, request.body.temperature, request.body.max_tokens, request.body.top_k], ['mock', 0.5, 9, 5]);
  equal(request.body.stream_options, { include_usage: true });
  if ((r.out + r.err).includes('sk-secret')) throw new Error('the key was printed');
  match(r.err, /key/);
});

test('keys from the environment and from a command', async () => {
  await mock.forget();
  equal((await run(['ask', '--config', one({ api_key_env: 'RELAY_KEY' }), 'x'], { env: { RELAY_KEY: 'from-env' } })).code, 0);
  equal((await run(['ask', '--config', one({ api_key_cmd: ['printf', 'from-cmd'] }), 'x'])).code, 0);
  equal((await mock.requests()).map((r) => r.headers.authorization), ['Bearer from-env', 'Bearer from-cmd']);
  const missing = await run(['ask', '--json', '--config', one({ api_key_env: 'RELAY_KEY' }), 'x']);
  equal([missing.code, missing.json.error.kind], [3, 'config']);
  match(missing.json.error.message, /RELAY_KEY/);
  equal((await run(['ask', '--config', one({ api_key_cmd: ['false'] }), 'x'])).code, 3);
  equal((await mock.requests()).length, 2);
});

test('OPENAI_API_KEY is never used unless named', async () => {
  await mock.forget();
  await run(['ask', '--config', one(), 'x'], { env: { OPENAI_API_KEY: 'sk-never' } });
  equal((await mock.requests())[0].headers.authorization, undefined);
});

test('configuration: missing default is fine, missing --config is 3, none usable is 3', async () => {
  equal((await run(['config', 'check'])).code, 0);
  equal((await run(['ask', '--config', '/no/such/file.toml', 'x'])).code, 3);
  const none = await run(['ask', '--json', 'x']);
  equal([none.code, none.json.error.kind], [3, 'config']);
  match(none.json.error.hint, /\[models\.NAME\]/);
  const unknown = await run(['ask', '--json', '--config', one(), '--model', 'oen', 'x']);
  equal([unknown.code, unknown.json.error.hint], [3, 'did you mean `one`?']);
});

test('config check names file, line and the nearest key', async () => {
  const file = path.join(scratch, 'bad.toml');
  fs.writeFileSync(file, 'mode = "auto"\n[models.a]\nprovider = "openai"\nbase_url = "10.0.0.1:8000/v1"\nmodle = "x"\nmodel = 3\n', { mode: 0o600 });
  const r = await run(['config', 'check', '--json', '--config', file]);
  equal(r.code, 3);
  const at = (line) => r.json.problems.find((p) => p.line === line) ?? {};
  match(at(4).message ?? '', /http/);
  equal([at(5).severity, at(6).severity], ['warning', 'error']);
  match(at(5).message, /`model`/);
  match((await run(['config', 'check', '--config', file])).out, /bad\.toml:6: error: /);
});

test('401 is exit 4 and says where the key comes from', async () => {
  await mock.scenarios({ locked: { status: 401, body: { error: { message: 'bad key sk-wrong-9', type: 'invalid_request_error' } } } });
  const r = await run(['ask', '--json', '--config', one({ model: 'locked', api_key_env: 'K' }), 'x'], { env: { K: 'sk-wrong-9' } });
  equal([r.code, r.json.error.kind], [4, 'auth']);
  match(r.json.error.message + r.json.error.hint, /401.*\$K/s);
  if ((r.out + r.err).includes('sk-wrong-9')) throw new Error('the key was printed');
});

test('provider failures are exit 7 with words', async () => {
  await mock.scenarios({
    html: { html: true }, early: { content: 'one two three', die: 2, rate: 100 }, nomodel: { status: 404, body: { error: { message: 'The model `nomodel` does not exist', code: 'model_not_found' } } },
    window: { status: 400, body: { error: { message: 'too long', code: 'context_length_exceeded' } } }, cut: { content: 'abc', finish: null, done: false },
  });
  const failing = async (model) => run(['ask', '--json', '--config', one({ model }), 'x']);
  for (const model of ['html', 'early', 'nomodel', 'window', 'cut']) {
    const r = await failing(model);
    equal([model, r.code, r.json.error.kind], [model, 7, 'provider']);
    if (!r.json.error.message.startsWith('one: ')) throw new Error(`the message does not name the endpoint: ${r.json.error.message}`);
  }
  match((await failing('early')).json.text, /^one /, 'what arrived stays');
  const refused = await run(['ask', '--json', '--config', config({ gone: { base_url: `http://127.0.0.1:${closedPort}/v1` } }), 'x']);
  equal(refused.code, 7);
  match(refused.json.error.message, /127\.0\.0\.1/);
});

test('a passing fault is tried again, at most three POSTs', async () => {
  await mock.scenarios({ flaky: [{ status: 503, body: { error: { message: 'busy' } } }, { content: 'recovered' }], down: { status: 500, body: {} } });
  await mock.forget();
  equal((await run(['ask', '--config', one({ model: 'flaky' }), 'x'])).out, 'recovered');
  equal((await mock.requests()).length, 2);
  await mock.forget();
  equal((await run(['ask', '--config', one({ model: 'down' }), 'x'])).code, 7);
  equal((await mock.requests()).length, 3);
});

test('privacy: local_only to an untrusted lane is exit 5, nothing is sent', async () => {
  const project = path.join(scratch, 'project');
  fs.mkdirSync(path.join(project, 'client-x'), { recursive: true });
  fs.mkdirSync(path.join(project, '.git'));
  fs.writeFileSync(path.join(project, 'client-x/a.py'), 'canary = 1\n');
  fs.writeFileSync(path.join(project, '.env'), 'KEY=canary\n');
  fs.symlinkSync('client-x/a.py', path.join(project, 'innocent.py'));
  await mock.forget();
  const privacy = '[privacy]\nlocal_only = ["client-x/**"]';
  const untrusted = config({ cloudy: { base_url: mock.address, lane: 'cloud' } }, privacy);
  for (const file of ['client-x/a.py', 'innocent.py', './client-x/../client-x/a.py', '.env']) {
    const r = await run(['ask', '--json', '--config', untrusted, '--file', file, 'x'], { cwd: project });
    equal([file, r.code, r.json.error.kind], [file, 5, 'policy']);
    if (!r.json.error.hint) throw new Error('no advice');
  }
  equal(await mock.requests(), []);
  const trusted = config({ mine: { base_url: mock.address, lane: 'local' } }, privacy);
  equal((await run(['ask', '--config', trusted, '--file', 'client-x/a.py', 'x'], { cwd: project })).code, 0);
  match(JSON.stringify((await mock.requests())[0].body.messages), /canary/);
  const both = config({ cloudy: { base_url: mock.address, lane: 'cloud', model: 'c' }, mine: { base_url: mock.address, model: 'm', lane: 'local' } }, privacy);
  const chosen = await run(['ask', '--json', '--config', both, '--file', 'client-x/a.py', 'x'], { cwd: project });
  equal([chosen.code, chosen.json.model], [0, 'mine']);
  equal((await run(['ask', '--config', both, '--mode', 'cloud', '--file', 'client-x/a.py', 'x'], { cwd: project })).code, 5);
});

test('a private address without lane written is refused with exactly that advice', async () => {
  const project = path.join(scratch, 'project');
  const file = config({ vllm: { base_url: 'http://10.255.255.1:9/v1' } }, '[privacy]\nlocal_only = ["client-x/**"]');
  const r = await run(['ask', '--json', '--config', file, '--file', 'client-x/a.py', 'x'], { cwd: project });
  equal(r.code, 5);
  match(r.json.error.hint, /lane = "local"/);
});

test('redirects are not followed', async () => {
  await mock.forget();
  await mock.scenarios({ moved: { status: 307, headers: { location: mock.base + '/elsewhere' }, body: {} } });
  equal((await run(['ask', '--config', one({ model: 'moved', api_key: 'k' }), 'x'])).code, 7);
  equal((await mock.requests()).every((r) => r.url === '/v1/chat/completions'), true);
});

test('models: live lists, one dead lane is news, a named dead lane is 7', async () => {
  const file = config({ one: { base_url: mock.address }, gone: { base_url: `http://127.0.0.1:${closedPort}/v1` } });
  const r = await run(['models', '--json', '--config', file]);
  equal(r.code, 0);
  equal(r.json.lanes.map((l) => [l.name, l.ok]), [['one', true], ['gone', false]]);
  equal(r.json.lanes[0].models.includes('mock'), true);
  equal((await run(['models', 'gone', '--config', file])).code, 7);
  equal((await run(['models', 'noen', '--config', file])).code, 3);
});

test('a pin resolves to a live id', async () => {
  await mock.scenarios({ 'deepseek-v3.1': { content: 'old' }, 'deepseek-v3.2': { content: 'new' } });
  const r = await run(['ask', '--config', one({ model: 'deepseek*' }), 'x']);
  equal(r.out, 'new');
  match(r.err, /\[router\] one \(deepseek-v3\.2\) /);
});

test('unix sockets', async () => {
  const local = await startMock('--socket', path.join(scratch, 'mock.sock'));
  const r = await run(['ask', '--json', '--config', config({ sock: { base_url: local.address } }), 'x']);
  equal([r.code, r.json.text, r.json.lane], [0, 'Hello from the mock server.', 'local']);
});

test('^C while waiting: 130, the connection is closed', async () => {
  await mock.scenarios({ slow: { count: 1000, rate: 20 } });
  await mock.forget();
  const r = await run(['ask', '--config', one({ model: 'slow' }), 'x'], { kill: (child) => child.kill('SIGINT') });
  equal(r.code, 130);
  await new Promise((done) => setTimeout(done, 100));
  equal((await mock.requests())[0].closed, 'aborted');
});

test('a proxy is used for cloud lanes, ignored for trusted ones', async () => {
  let seen = [];
  const proxy = http.createServer((req, res) => { seen.push(req.url); res.writeHead(200, { 'content-type': 'application/json' }); res.end(JSON.stringify({ choices: [{ message: { content: 'by proxy' }, finish_reason: 'stop' }] })); });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  const address = `http://127.0.0.1:${proxy.address().port}`;
  const env = { http_proxy: address, HTTPS_PROXY: address };
  equal((await run(['ask', '--config', config({ far: { base_url: 'http://relay.invalid/v1' } }), 'x'], { env })).out, 'by proxy');
  equal(seen, ['http://relay.invalid/v1/chat/completions']);
  seen = [];
  equal((await run(['ask', '--config', one({ lane: 'local' }), 'x'], { env })).out, 'Hello from the mock server.');
  equal(seen, []);
  equal((await run(['ask', '--config', one({ lane: 'local', proxy: address }), 'x'])).out, 'by proxy');
  proxy.close();
});

test('TLS and HTTP/2: trusted by ca_file, refused without it with the fix named; GOAWAY is tried again', async () => {
  if (!has('openssl')) throw new Error('openssl is needed for this test');
  const [key, cert] = [path.join(scratch, 'key.pem'), path.join(scratch, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' });
  const versions = [];
  let refuse = 0;
  const server = http2.createSecureServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert), allowHTTP1: true }, (req, res) => {
    versions.push(req.httpVersion);
    if (refuse-- > 0) {
      req.stream.session.goaway(http2.constants.NGHTTP2_NO_ERROR, 0);  // nothing from stream 1 on was handled
      return req.stream.session.destroy();
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.end('data: {"choices":[{"delta":{"content":"safe"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const base_url = `https://localhost:${server.address().port}/v1`;
  const trusted = config({ tls: { base_url, ca_file: cert } });
  equal((await run(['ask', '--config', trusted, 'x'])).out, 'safe');
  equal(versions, ['2.0']);
  refuse = 1;
  equal((await run(['ask', '--config', trusted, 'x'])).out, 'safe', 'after GOAWAY');
  equal(versions, ['2.0', '2.0', '2.0']);
  const refused = await run(['ask', '--json', '--config', config({ tls: { base_url } }), 'x']);
  equal(refused.code, 7);
  match(refused.json.error.message + refused.json.error.hint, /certificate.*ca_file/is);
  const missing = await run(['ask', '--json', '--config', config({ tls: { base_url, ca_file: '/no/such.pem' } }), 'x']);
  equal(missing.code, 7);
  match(missing.json.error.message + missing.json.error.hint, /no\/such\.pem|ca_file/);
  server.close();
});

test('garbage on stdin of serve ends it with 2; a bad request is answered', async () => {
  equal((await run(['serve'], { stdin: Buffer.from('c1c1c1', 'hex') })).code, 2);
  const r = await run(['serve'], { stdin: Buffer.from('940001a46e6f706590', 'hex') });  // [0, 1, "nope", []]
  equal(r.code, 0);
  match(r.out, /unknown method `nope`/);
});

await main();
