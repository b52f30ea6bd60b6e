#include "workspace/history_feed.h"

#include <list>
#include <utility>

#include "workspace/git_log.h"
#include "workspace/weakly.h"

namespace coder::workspace {
namespace {

constexpr size_t kPage = 1000;  // commits; taken in within some milliseconds

using Commits = std::shared_ptr<const std::vector<Commit>>;

}  // namespace

struct HistoryFeed::State : std::enable_shared_from_this<State> {
  State(loop::Loop& l, Lane& a, std::shared_ptr<Intake> i, Shelf* s, std::string r, bool f)
      : loop(l), lane(a), intake(std::move(i)), shelf(s), root(std::move(r)), use_stored(s && !f) {}

  loop::Loop& loop;
  Lane& lane;
  std::shared_ptr<Intake> intake;  // the jobs' of `lane` only
  Shelf* shelf;                    // may be null
  std::string root;
  bool use_stored;  // what is stored is yet to be loaded
  unique_function<void()> done;
  std::string problem;

  std::string head;  // what the History is up to; empty: nothing, or not all
  bool busy = false, again = false;
  std::unique_ptr<ReadLog> log;
  Lane::Handle asking;
  std::list<Lane::Handle> adding;

  /// Where commits go while the History is read anew; it replaces the present one when it is whole. The jobs'
  /// of `lane` only.
  std::shared_ptr<History> anew;
  bool reload = false;  // commits have gone: read the rest from the store

  template <class Then>
  auto then(Then next) {
    return weakly(weak_from_this(), std::move(next));
  }

  void update() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    if (std::exchange(use_stored, false)) {
      asking = shelf->ask([](FactsStore& store) { return store.head(); },
                          then([](State& s, std::string stored) { s.load(std::move(stored)); }));
    } else {
      read();
    }
  }

  void add(Commits commits) {
    const auto place = adding.emplace(adding.end());
    *place = lane.second(
        [held = intake, to = anew, some = std::move(commits)](TimePoint) {
          for (const Commit& commit : *some) (to ? *to : held->corpus.history).add(commit);
          return true;
        },
        then([place](State& s) { s.adding.erase(place); }));
  }

  // --- from the store --------------------------------------------------------------

  void load(std::string stored) {
    head = std::move(stored);
    if (head.empty()) {
      read();
    } else {
      anew = std::make_shared<History>();
      load_page("");
    }
  }

  void load_page(const std::string& after) {
    asking = shelf->ask([after](FactsStore& store) { return store.commits(after, kPage); },
                        then([](State& s, std::vector<Commit> page) {
                          if (page.empty()) {
                            s.replace();
                            s.read();
                            return;
                          }
                          const std::string last = page.back().hash;
                          s.add(std::make_shared<const std::vector<Commit>>(std::move(page)));
                          s.load_page(last);
                        }));
  }

  /// What was gathered in `anew` becomes the History.
  void replace() {
    if (!anew) return;
    const auto place = adding.emplace(adding.end());
    *place = lane.second(
        [held = intake, from = std::exchange(anew, nullptr)](TimePoint) {
          held->corpus.history = std::move(*from);
          return true;
        },
        then([place](State& s) { s.adding.erase(place); }));
  }

  // --- from git ----------------------------------------------------------------------

  void read() {
    ReadLog::Handlers handlers;
    handlers.begin =
        then([](State& s, bool all, std::vector<std::string> gone) { s.begin(all, std::move(gone)); });
    handlers.commits = then([](State& s, std::vector<Commit> some) { s.got(std::move(some)); });
    handlers.done =
        then([](State& s, std::string at, std::string why) { s.ended(std::move(at), std::move(why)); });
    log = std::make_unique<ReadLog>(loop, root, head, std::move(handlers));
  }

  void begin(bool all, std::vector<std::string> gone) {
    if (!all && !gone.empty() && !shelf) {
      // Nothing tells what stays, so all is read again.
      head.clear();
      read();
      return;
    }
    if (all) anew = std::make_shared<History>();
    reload = !all && !gone.empty();
    // Until all is there, nothing is stored as complete.
    if (shelf) {
      shelf->tell([all, list = std::move(gone)](FactsStore& store) { store.put_commits("", {}, list, all); });
    }
  }

  void got(std::vector<Commit> some) {
    const auto commits = std::make_shared<const std::vector<Commit>>(std::move(some));
    if (shelf) shelf->tell([commits](FactsStore& store) { store.put_commits("", *commits, {}, false); });
    if (!reload) add(commits);
  }

  void ended(std::string at, std::string why) {
    log.reset();
    problem = std::move(why);
    const bool complete = problem.empty();
    const bool changed = at != head;
    if (complete && changed && at.empty()) {  // a branch without commits; there was no begin()
      anew = std::make_shared<History>();
      if (shelf) shelf->tell([](FactsStore& store) { store.put_commits("", {}, {}, true); });
    }
    head = complete ? std::move(at) : "";
    if (shelf && complete && changed)
      shelf->tell([up_to = head](FactsStore& store) { store.put_commits(up_to, {}, {}, false); });
    if (complete && std::exchange(reload, false)) {
      asking =
          shelf->ask([](FactsStore& store) { return store.head(); }, then([](State& s, std::string stored) {
                       if (stored != s.head) stored.clear();  // the store has failed meanwhile
                       s.load(std::move(stored));
                     }));
      return;
    }
    reload = false;
    replace();
    finish();
  }

  void finish() {
    // Behind all that is being taken in.
    const auto place = adding.emplace(adding.end());
    *place = lane.second([](TimePoint) { return true; }, then([place](State& s) {
                           s.adding.erase(place);
                           s.busy = false;
                           if (std::exchange(s.again, false)) {
                             s.update();
                             return;
                           }
                           if (unique_function<void()> call = std::exchange(s.done, nullptr)) call();
                         }));
  }
};

HistoryFeed::HistoryFeed(loop::Loop& loop, Lane& lane, std::shared_ptr<Intake> intake, Shelf* shelf,
                         std::string root, bool fresh)
    : state_(std::make_shared<State>(loop, lane, std::move(intake), shelf, std::move(root), fresh)) {}

HistoryFeed::~HistoryFeed() = default;

void HistoryFeed::update(unique_function<void()> on_done) {
  state_->done = std::move(on_done);
  state_->update();
}

bool HistoryFeed::busy() const { return state_->busy; }

const std::string& HistoryFeed::problem() const { return state_->problem; }

}  // namespace coder::workspace
