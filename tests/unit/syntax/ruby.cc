#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(ruby_definitions_and_uses) {
  test::check(Language::ruby, R"text(# frozen_string_literal: true
require 'json'
require_relative 'lib/helper'

# Doc.
module App
  VERSION = "1.0"
  Point = Struct.new(:x, :y) do
    def dist; Math.sqrt(x); end
  end

  # A store.
  class Store < Base::Model
    include Comparable
    attr_accessor :name, :size
    before_action :authenticate, only: [:show]

    # Makes.
    def self.build(opts = {}, *rest, key: DEFAULT, **kw, &block)
      store = new(opts)
      store.items.each { |item| helper(item, key) }
      store
    rescue NotFound => e
      log(e)
    end

    class << self
      def cached; @cached ||= load; end
    end

    def name=(value)
      @name = value
    end

    def <=>(other) = size <=> other.size
    alias to_str name
    private

    def secret?
      a, b = pair
      if a then raise Error::Bad, "x #{b} #{lookup(a)}" end
    end
  end
end

def top(x)
  x.run do |y| y.go(x) end
end
class App::Other; end
)text",
              {R"out(
5-44 module App | module App
7-7 constant App.VERSION | VERSION = "1.0"
8-10 type App.Point | Point = Struct.new(:x, :y)
9-9 method App.Point.dist | def dist;
12-43 type App.Store | class Store < Base::Model
15-15 field App.Store.name | attr_accessor :name, :size
15-15 field App.Store.size | attr_accessor :name, :size
18-25 method App.Store.build | def self.build(opts = {}, *rest, key: DEFAULT, **kw, &block)
28-28 method App.Store.cached | def cached;
31-33 method App.Store.name | def name=(value)
35-35 method App.Store.<=> | def <=>(other) =
36-36 method App.Store.to_str | alias to_str name
39-42 method App.Store.secret? | def secret?
46-48 function top | def top(x)
49-49 type Other | class App::Other; end
)out",
               R"out(
: call:require call:require_relative
App.Point: type:Struct call:new
App.Point.dist: type:Math call:sqrt
App.Store: type:Base type:Model call:include type:Comparable call:before_action name:authenticate name:show name:name name:private
App.Store.build: type:DEFAULT call:new call:items call:each call:helper type:NotFound call:log
App.Store.cached: name:load
App.Store.<=>: name:size call:size
App.Store.secret?: name:pair call:raise type:Error type:Bad call:lookup
top: call:run call:go
)out",
               "json, ./lib/helper"});
}
