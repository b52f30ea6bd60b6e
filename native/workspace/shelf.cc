#include "workspace/shelf.h"

#include "workspace/disk.h"

namespace coder::workspace {
namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1'000'000'000;  // ns

}  // namespace

struct Shelf::State {
  State(loop::Loop& loop, const std::string& file, const std::string& root,
        std::function<void(const std::string&)> said)
      : lane(loop),
        store(std::make_shared<FactsStore>(file, root, now_ns() / kDay)),
        notice(std::move(said)) {}

  Lane lane;
  std::shared_ptr<FactsStore> store;  // the jobs' of `lane` only
  std::function<void(const std::string&)> notice;
  std::list<Lane::Handle> told;
};

Shelf::Shelf(loop::Loop& loop, const std::string& file, const std::string& root,
             std::function<void(const std::string&)> notice)
    : state_(std::make_shared<State>(loop, file, root, std::move(notice))) {}

Lane::Handle Shelf::add(unique_function<void(FactsStore&)> job, unique_function<void()> done) {
  auto said = std::make_shared<std::string>();
  return state_->lane.first(
      [store = state_->store, run = std::move(job), said]() mutable {
        run(*store);
        *said = store->take_notice();
      },
      [weak = std::weak_ptr<State>(state_), said, call = std::move(done)]() mutable {
        if (const std::shared_ptr<State> self = weak.lock(); self && !said->empty()) self->notice(*said);
        if (call) call();
      });
}

void Shelf::tell(unique_function<void(FactsStore&)> job) {
  const auto place = state_->told.emplace(state_->told.end());
  *place = add(std::move(job), [weak = std::weak_ptr<State>(state_), place] {
    if (const std::shared_ptr<State> self = weak.lock()) self->told.erase(place);
  });
}

}  // namespace coder::workspace
