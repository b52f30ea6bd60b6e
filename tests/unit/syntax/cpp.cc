#include "outline_text.h"

using namespace coder;
using syntax::Language;

BOOST_AUTO_TEST_CASE(cpp_definitions_and_uses) {
  test::check(Language::cpp, R"text(#pragma once
#ifndef FOO_H
#define FOO_H
#include <vector>

namespace app::net {

class Forward;

/// Doc of Base.
template <typename T, int N = kDefault>
class BASE_EXPORT Base final : public Parent<T>, private detail::Mixin {
 public:
  explicit Base(const Config& config, std::vector<T> items) : config_(config), items_(std::move(items)) {
    start(config);
  }
  virtual ~Base();
  // Runs.
  virtual int run(Request request) const = 0;
  bool operator==(const Base& other) const { return a_ == other.a_; }
  explicit operator bool() const { return true; }
  template <class F>
  void each(F f) { for (auto& item : items_) f(item, helper(item)); }
  static constexpr int kMax = 3;
  using Item = typename T::value_type;
  enum class Mode { fast, slow };
  struct Inner { int depth; };
 private:
  Config config_;
  std::vector<T> items_, more_;
  std::function<void(int)> callback_;
};

class API_EXPORT Widget : public Base<int> {
 public:
  void draw();
  int size_;
};

template <class T>
concept Small = sizeof(T) < 8;

template <>
struct Hash<Key> { size_t operator()(const Key& key) const; };

inline constexpr int kLimit = 10;
extern Logger* logger;
using Callback = std::function<void(Event)>;

auto make(int size) -> std::unique_ptr<Base<int>>;
template <typename T> T largest(T a, T b) { return a < b ? b : a; }

}  // namespace app::net

namespace {
int helper_count = 0;
}

using std::vector;

int Base<int>::run(Request request) const {
  auto lambda = [this, &request](int part) { return handle(part, request.body); };
  Response response{request};
  const auto [left, right] = split(request);
  for (const auto& x : left) total += x.weight;
  try { app::net::Client::connect(kLimit); } catch (const Error& error) { report(error); }
  return static_cast<int>(response.status()) + Mode::fast + new Widget(left);
}
app::Widget::~Widget() {}
extern "C" { void c_entry(int); }
#endif
)text",
              {R"out(
6-53 module app::net | namespace app::net
10-32 type app::net.Base | template <typename T, int N = kDefault> class BASE_EXPORT Base final : public Parent<T>, private detail::Mixin
14-16 method app::net.Base.Base | explicit Base(const Config& config, std::vector<T> items)
17-17 method app::net.Base.~Base | virtual ~Base();
18-19 method app::net.Base.run | virtual int run(Request request) const = 0;
20-20 method app::net.Base.operator== | bool operator==(const Base& other) const
21-21 method app::net.Base.operator bool | explicit operator bool() const
22-23 method app::net.Base.each | template <class F> void each(F f)
24-24 field app::net.Base.kMax | static constexpr int kMax = 3;
25-25 type app::net.Base.Item | using Item = typename T::value_type;
26-26 type app::net.Base.Mode | enum class Mode
26-26 field app::net.Base.Mode.fast | fast
26-26 field app::net.Base.Mode.slow | slow
27-27 type app::net.Base.Inner | struct Inner
27-27 field app::net.Base.Inner.depth | int depth;
29-29 field app::net.Base.config_ | Config config_;
30-30 field app::net.Base.items_ | std::vector<T> items_, more_;
30-30 field app::net.Base.more_ | std::vector<T> items_, more_;
31-31 field app::net.Base.callback_ | std::function<void(int)> callback_;
34-38 type app::net.Widget | class API_EXPORT Widget : public Base<int>
36-36 method app::net.Widget.draw | void draw();
37-37 field app::net.Widget.size_ | int size_;
40-41 type app::net.Small | template <class T> concept Small = sizeof(T) < 8;
43-44 type app::net.Hash | template <> struct Hash<Key>
44-44 method app::net.Hash.operator() | size_t operator()(const Key& key) const;
46-46 constant app::net.kLimit | inline constexpr int kLimit = 10;
47-47 constant app::net.logger | extern Logger* logger;
48-48 type app::net.Callback | using Callback = std::function<void(Event)>;
50-50 function app::net.make | auto make(int size) -> std::unique_ptr<Base<int>>;
51-51 function app::net.largest | template <typename T> T largest(T a, T b)
56-56 constant helper_count | int helper_count = 0;
61-68 method run | int Base<int>::run(Request request) const
69-69 method ~Widget | app::Widget::~Widget()
70-70 function c_entry | void c_entry(int);
)out",
               R"out(
: type:Forward type:Logger name:std import:vector
app::net.Base: name:kDefault type:Parent name:detail type:Mixin type:Config name:std*2 type:vector type:function
app::net.Base.Base: type:Config name:std*2 type:vector attribute:config_ attribute:items_ call:move call:start
app::net.Base.run: type:Request
app::net.Base.operator==: type:Base name:a_ attribute:a_
app::net.Base.each: name:items_ call:helper
app::net.Base.Item: type:value_type
app::net.Widget: type:Base
app::net.Hash: type:Key
app::net.Hash.operator(): type:Key
app::net.Callback: name:std type:function type:Event
app::net.make: name:std type:unique_ptr type:Base
run: type:Base type:Request call:handle attribute:body type:Response call:split name:total attribute:weight name:app name:net type:Client call:connect name:kLimit type:Error call:report call:static_cast call:status type:Mode attribute:fast type:Widget
~Widget: name:app type:Widget
)out",
               "vector"});
}
