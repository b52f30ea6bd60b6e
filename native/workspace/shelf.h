// The FactsStore of one Indexer, asked from the loop: one job at a time has it.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "loop/loop.h"
#include "workspace/facts_store.h"
#include "workspace/lane.h"

namespace coder::workspace {

class Shelf {
 public:
  /// `notice` gets what a user should hear of the file, from the loop.
  Shelf(loop::Loop& loop, const std::string& file, const std::string& root,
        std::function<void(const std::string&)> notice);

  /// Runs `ask(FactsStore&)` on a worker, in the order of the calls, and gives what it returned to
  /// `done(value)` on the loop, unless the handle has gone.
  template <class Ask, class Done>
  Lane::Handle ask(Ask ask, Done done) {
    using Value = std::invoke_result_t<Ask&, FactsStore&>;
    auto value = std::make_shared<std::optional<Value>>();
    return add([value, ask = std::move(ask)](FactsStore& store) mutable { value->emplace(ask(store)); },
               [value, done = std::move(done)]() mutable { done(std::move(**value)); });
  }
  /// The same for what nobody waits for.
  void tell(unique_function<void(FactsStore&)> job);

 private:
  Lane::Handle add(unique_function<void(FactsStore&)> job, unique_function<void()> done);
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::workspace
