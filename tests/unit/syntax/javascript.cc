#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(javascript_definitions_and_uses) {
  test::check(Language::javascript, R"text(#!/usr/bin/env node
'use strict';
import React, { useState as state, memo } from 'react';
import * as path from "node:path";
const fs = require('fs');
const { join, resolve: res } = require('path');
export * from './other';
export { a as b } from './more';

/** Doc of add. */
export function add(x, y = DEFAULT, ...rest) { return x + y + helper(x); }
export const arrow = async (input) => {
  const { data, meta: { id } } = await fetch(input.url);
  const inner = (z) => z * id;
  return data.map((item) => item.value + inner(item));
};
const Memo = memo(function Inner(props) { return render(props); });
export default class Store extends Base {
  static count = 0;
  #secret = 1;
  handler = (event) => { this.emit(event); };
  constructor(opts) { super(opts); this.opts = opts; }
  async *walk() { yield* this.items(); }
  get size() { return this.#secret; }
}
let counter = 0, LIMIT = 10;
const config = {
  name: 'x',
  run(arg) { return go(arg); },
  stop: function () { halt(); },
};
function* gen() {}
Store.prototype.extra = function (n) { return n; };
module.exports = { add, Store };
exports.helper = () => 1;
module.exports.other = 3;
function App({ title }) { return <Layout title={title} onClick={() => go(1)}><div><Card.Body /></div></Layout>; }
class Empty {}
const Cls = class { m() {} };
describe('x', () => { it('y', () => { const v = add(1); expect(v).toBe(LIMIT); }); });
)text",
              {R"out(
10-11 function add | export function add(x, y = DEFAULT, ...rest)
12-16 function arrow | export const arrow = async (input) =>
14-14 function arrow.inner | const inner = (z) =>
17-17 function Memo | const Memo = memo(function Inner(props)
18-25 type Store | export default class Store extends Base
19-19 field Store.count | static count = 0
20-20 field Store.#secret | #secret = 1
21-21 method Store.handler | handler = (event) =>
22-22 method Store.constructor | constructor(opts)
22-22 field Store.constructor.opts | this.opts = opts
23-23 method Store.walk | async *walk()
24-24 method Store.size | get size()
26-26 constant counter | counter = 0
26-26 constant LIMIT | LIMIT = 10
27-31 constant config | const config =
29-29 method config.run | run(arg)
30-30 method config.stop | stop: function ()
32-32 function gen | function* gen()
33-33 method extra | Store.prototype.extra = function (n)
35-35 function helper | exports.helper = () =>
36-36 constant other | module.exports.other = 3
37-37 function App | function App({ title })
38-38 type Empty | class Empty
39-39 type Cls | const Cls = class
39-39 method Cls.m | m()
)out",
               R"out(
: import:React import:useState import:memo import:path call:require*2 import:join import:resolve import:res import:a name:module*2 attribute:exports*2 name:add name:Store call:describe call:it call:add call:expect call:toBe name:LIMIT
add: name:DEFAULT call:helper
arrow: attribute:meta call:fetch attribute:url call:map attribute:value call:inner
Memo: call:memo name:Inner call:render
Store: type:Base
Store.handler: call:emit
Store.constructor: attribute:opts
Store.walk: call:items
Store.size: attribute:#secret
config.run: call:go
config.stop: call:halt
extra: name:Store attribute:prototype
helper: name:exports
App: call:Layout attribute:title attribute:onClick call:go name:Card call:Body
)out",
               "react, node:path, fs, path, ./other, ./more"});
}
