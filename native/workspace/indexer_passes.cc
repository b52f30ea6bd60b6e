#include <algorithm>

#include "workspace/indexer_state.h"

namespace coder::workspace {
namespace {

/// Between two passes over all files that were not asked for.
constexpr Millis kShortestPause{50}, kLongestPause{5000};
constexpr size_t kMaxRemembered = 4096;  // ignored files

}  // namespace

void Indexer::State::start() {
  if (!options.cache_file.empty()) {
    shelf.emplace(loop, options.cache_file, options.root, then([](State& s, const std::string& text) {
                    if (s.notice) s.notice(text);
                  }));
  }
  feed.emplace(loop, lane, intake, shelf ? &*shelf : nullptr, options.root, options.fresh);
  if (options.watch) {
    TreeWatch::Handlers handlers;
    handlers.changed =
        then([](State& s, std::vector<std::string> paths) { s.look(std::move(paths), false); });
    handlers.everything =
        then([](State& s, std::vector<std::string> paths, std::vector<std::string> watched) {
          s.ignored.clear();  // an ignore file may be among what changed
          s.answered.clear();
          s.new_folders->look(watched, paths);
          s.build_soon();
        });
    watch.emplace(loop, options.root, std::move(handlers));
    NewFolders::Handlers folders;
    folders.known = [this](const std::string& folder) { return watch->watches(folder); };
    folders.found = then([](State& s, std::vector<std::string> found) { s.folders_came(found); });
    new_folders.emplace(loop, options.root, std::move(folders));
  }
  build_now();
}

// --- passes over all files -----------------------------------------------------

void Indexer::State::build_now() {
  if (build) {
    build_again = true;
    return;
  }
  build_again = false;
  pause.stop();
  build_started = Clock::now();
  answered = std::exchange(asked, {});
  Build::Setup setup{&lane, intake, selection, shelf ? &*shelf : nullptr, options.fresh && !status.ready};
  build = std::make_unique<Build>(loop, std::move(setup), ++stamp, then([](State& s) { s.built(); }));
}

/// Soon, and not all the time: to list and compare a large tree costs as much as it costs.
void Indexer::State::build_soon() {
  if (build) {
    build_again = true;
  } else if (!pause.active()) {
    const Millis since = std::chrono::duration_cast<Millis>(Clock::now() - build_started);
    pause.start(std::clamp(last_listing * 4 - since, kShortestPause, kLongestPause));
  }
}

void Indexer::State::built() {
  const Build::Progress progress = build->progress();
  follow(build->folders());
  build.reset();
  last_listing = Millis(static_cast<int64_t>(progress.listing_ms));
  status.listed = progress.listed;
  status.done = progress.done;
  status.git = progress.git;
  listing_problem = progress.problem;
  status.parsed += progress.parsed;
  const bool first = !status.ready;
  status.ready = true;
  if (first) status.cold_ms = millis_between(started, Clock::now());
  if (!first && options.on_look) options.on_look({});
  if (progress.again || build_again) build_soon();
  // A command that asks once is to have the same answer each time: it waits for the history too.
  const bool wait = first && !options.watch && status.git;
  if (status.git) read_history(wait);
  if (!wait) take_stock(first);
}

/// Readings that come while one goes on end together: whoever waits for the first waits for the last.
void Indexer::State::read_history(bool then_ready) {
  ready_with_history = ready_with_history || then_ready;
  feed->update(then([](State& s) { s.take_stock(std::exchange(s.ready_with_history, false)); }));
}

/// What status() and left_out() tell of the Index, after a pass; and which of the files that were asked about
/// before it began it left out. One of them that went and came while git listed may have been missed: those
/// that are still what they were have not.
void Indexer::State::take_stock(bool first) {
  struct Stock {
    Index::Totals totals;
    size_t memory = 0;
    size_t commits = 0;
    std::vector<LeftOut> left_out;
    std::vector<std::string> ignored;
  };
  const auto stock = std::make_shared<Stock>();
  tell(
      [stock, files = std::exchange(answered, {}), root = options.root](Intake& held) {
        stock->totals = held.corpus.index.totals();
        stock->memory = held.corpus.index.memory() + held.corpus.history.memory();
        stock->commits = held.corpus.history.commits();
        stock->left_out = held.left_out();
        const Disk disk(root);
        for (const auto& [path, identity] : files) {
          if (identity != Identity() && identity == disk.identity(path) && !held.knows(path))
            stock->ignored.push_back(path);
        }
      },
      then([stock, first](State& s) {
        s.status.totals = stock->totals;
        s.status.memory = stock->memory;
        s.status.commits = stock->commits;
        s.left_out = std::move(stock->left_out);
        s.status.left_out = s.left_out.size();
        if (s.ignored.size() > kMaxRemembered) s.ignored.clear();
        for (const std::string& path : stock->ignored) {
          if (s.asked.count(path) == 0) s.ignored.insert(path);
        }
        if (!std::exchange(s.tidied, true)) s.tidy();
        if (first && s.on_ready) std::exchange(s.on_ready, nullptr)();
      }));
}

/// Once a day and root what is stored is held to its limits. Whoever ends meanwhile leaves it to the next.
void Indexer::State::tidy() {
  if (!shelf) return;
  tidying =
      shelf->ask([](FactsStore& store) { return store.untidy(); }, then([](State& s, bool due) {
                   if (!due) return;
                   const auto listed = std::make_shared<std::vector<std::string>>();
                   s.tell([listed](Intake& held) { *listed = held.paths(); }, s.then([listed](State& state) {
                     state.shelf->tell([listed](FactsStore& store) { store.tidy(*listed); });
                   }));
                 }));
}

// --- what came without being told -------------------------------------------------

void Indexer::State::follow(std::vector<std::string> folders) {
  if (!watch) return;
  for (const std::string& folder : folders) fresh_folders.erase(folder);
  for (auto it = fresh_folders.begin(); it != fresh_folders.end();)
    it = watch->watches(*it) ? std::next(it) : fresh_folders.erase(it);
  folders.insert(folders.end(), fresh_folders.begin(), fresh_folders.end());
  // Where the last file went, another may come.
  const std::vector<std::string> emptied = watch->set_folders(folders);
  if (!emptied.empty()) new_folders->look({}, emptied);
}

/// Files that exist and that no listing has: new, or ignored.
void Indexer::State::unlisted(const Identities& files) {
  for (const auto& [path, identity] : files) {
    if (ignored.count(path) > 0) continue;
    const bool first = asked.count(path) == 0;
    asked[path] = identity;
    if (first) build_soon();
  }
}

/// What is in them already, the next pass tells, and the next look what folders.
void Indexer::State::folders_came(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    if (fresh_folders.size() < kMaxNewFolders && watch->add_folder(folder)) fresh_folders.insert(folder);
  }
}

}  // namespace coder::workspace
