// A move-only std::function: callbacks own what they capture.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace coder {

template <class Signature>
class unique_function;

/// Calling an empty one is a defect (assert by null dereference under sanitizers).
template <class R, class... Args>
class unique_function<R(Args...)> {
 public:
  unique_function() = default;
  unique_function(std::nullptr_t) {}
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, unique_function> && std::is_invocable_r_v<R, F&, Args...>)
      unique_function(F f)
      : callee_(std::make_unique<Model<F>>(std::move(f))) {}

  R operator()(Args... args) { return callee_->call(std::forward<Args>(args)...); }
  explicit operator bool() const { return callee_ != nullptr; }

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual R call(Args... args) = 0;
  };
  template <class F>
  struct Model final : Concept {
    explicit Model(F f) : function(std::move(f)) {}
    R call(Args... args) override { return function(std::forward<Args>(args)...); }
    F function;
  };
  std::unique_ptr<Concept> callee_;
};

}  // namespace coder
