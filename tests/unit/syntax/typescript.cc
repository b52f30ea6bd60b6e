#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(typescript_definitions_and_uses) {
  test::check(Language::tsx, R"text(import type { Foo } from './types';
import fs = require('fs');
export type Props<T> = { name: string; onDone?: (x: T) => void } & Base<T>;
export interface Shape extends Base, Other<string> {
  readonly id: number;
  area(scale?: number): number;
  [key: string]: unknown;
}
export enum Color { Red, Green = 'g', }
declare module 'ext' { export function ext(a: string): void; }
declare const VERSION: string;
declare function decl(x: Foo): Bar;
namespace App.Utils { export const x = 1; export function inner() {} }
@Component({ selector: 'x' })
export class Cmp<T extends Foo> extends React.Component<Props<T>> implements OnInit {
  @Input() title: string = DEFAULT;
  private readonly items: Map<string, T[]> = new Map();
  constructor(private http: HttpClient, public readonly x = 1) { super(); }
  abstract foo(): void;
  @HostListener('click', ['$event'])
  onClick = (event: MouseEvent): void => { this.http.get<Foo>(event.target as Element); };
  static make<K extends keyof Foo>(key: K): Cmp<Foo> { return new Cmp<Foo>(key); }
}
export const View: React.FC<Props<string>> = ({ name, onDone }) => {
  const [state, setState] = useState<State | null>(null);
  return <Panel title={name}><span>{state!.value}</span></Panel>;
};
export function isFoo(x: unknown): x is Foo { return typeof x === 'object' && x satisfies Foo; }
function over(a: string): void;
function over(a: any) {}
export default abstract class Abs { abstract run(): Promise<void>; }
)text",
              {R"out(
3-3 type Props | export type Props<T> = { name: string; onDone?: (x: T) => void } & Base<T>;
3-3 field Props.name | name: string
3-3 field Props.onDone | onDone?: (x: T) => void
4-8 type Shape | export interface Shape extends Base, Other<string>
5-5 field Shape.id | readonly id: number
6-6 method Shape.area | area(scale?: number): number
9-9 type Color | export enum Color
9-9 field Color.Red | Red
9-9 field Color.Green | Green = 'g'
10-10 module ext | declare module 'ext'
10-10 function ext.ext | export function ext(a: string): void;
11-11 constant VERSION | declare const VERSION: string
12-12 function decl | declare function decl(x: Foo): Bar;
13-13 module App.Utils | namespace App.Utils
13-13 constant App.Utils.x | export const x = 1
13-13 function App.Utils.inner | export function inner()
14-23 type Cmp | export class Cmp<T extends Foo> extends React.Component<Props<T>> implements OnInit
16-16 field Cmp.title | title: string = DEFAULT
17-17 field Cmp.items | private readonly items: Map<string, T[]> = new Map()
18-18 method Cmp.constructor | constructor(private http: HttpClient, public readonly x = 1)
18-18 field Cmp.constructor.http | private http: HttpClient
18-18 field Cmp.constructor.x | public readonly x = 1
19-19 method Cmp.foo | abstract foo(): void
20-21 method Cmp.onClick | onClick = (event: MouseEvent): void =>
22-22 method Cmp.make | static make<K extends keyof Foo>(key: K): Cmp<Foo>
24-27 function View | export const View: React.FC<Props<string>> = ({ name, onDone }) =>
28-28 function isFoo | export function isFoo(x: unknown): x is Foo
29-29 function over | function over(a: string): void;
30-30 function over | function over(a: any)
31-31 type Abs | export default abstract class Abs
31-31 method Abs.run | abstract run(): Promise<void>
)out",
               R"out(
: import:Foo import:fs
Props: type:Base
Shape: type:Base type:Other
decl: type:Foo type:Bar
Cmp: call:Component type:Foo name:React type:Component type:Props type:OnInit call:Input name:DEFAULT type:Map*2
Cmp.constructor: type:HttpClient
Cmp.onClick: call:HostListener type:MouseEvent attribute:http call:get type:Foo attribute:target type:Element
Cmp.make: type:Foo*3 type:Cmp*2
View: type:React type:FC type:Props call:useState type:State call:Panel attribute:title attribute:value
isFoo: type:Foo*2
Abs.run: type:Promise
)out",
               "./types, fs"});
}
