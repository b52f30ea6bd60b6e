// Inside of Indexer: shared by indexer.cc (what is told and asked) and indexer_passes.cc (passes over all
// files, and what calls for them).
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "workspace/build.h"
#include "workspace/history_feed.h"
#include "workspace/indexer.h"
#include "workspace/intake.h"
#include "workspace/lane.h"
#include "workspace/look.h"
#include "workspace/new_folders.h"
#include "workspace/shelf.h"
#include "workspace/tree_watch.h"
#include "workspace/weakly.h"

namespace coder::workspace {

struct Indexer::State : std::enable_shared_from_this<State> {
  State(loop::Loop& l, Options o, unique_function<void()> ready,
        unique_function<void(const std::string&)> said);

  loop::Loop& loop;
  Options options;
  std::string resolved_root;
  unique_function<void()> on_ready;
  unique_function<void(const std::string&)> notice;
  Lane lane;
  std::shared_ptr<Intake> intake;  // the jobs' of `lane` only
  std::shared_ptr<const Selection> selection;
  std::optional<Shelf> shelf;
  std::optional<HistoryFeed> feed;
  std::optional<TreeWatch> watch;
  uint64_t stamp = 0;

  // What is told.
  std::map<std::string, std::string> texts;  // not yet given to a job
  loop::Timer typing;
  std::list<Lane::Handle> told;
  std::set<std::string> racy;  // written too lately for their stat to be trusted
  loop::Timer settling;

  // Passes.
  std::unique_ptr<Build> build;
  bool build_again = false;
  bool ready_with_history = false;
  bool tidied = false;
  Lane::Handle tidying;
  loop::Timer pause;
  TimePoint started = Clock::now();
  TimePoint build_started = started;
  Millis last_listing{0};
  std::string listing_problem;
  Status status;
  std::vector<LeftOut> left_out;

  // Files and folders that came, by what the watches tell.
  using Identities = std::map<std::string, Identity>;
  Identities asked;                     // unlisted ones that the next pass will tell of
  Identities answered;                  // those that the present, or the last, pass tells of
  std::set<std::string> ignored;        // it has told: git ignores them
  std::set<std::string> fresh_folders;  // without files so far
  std::optional<NewFolders> new_folders;

  template <class Then>
  auto then(Then next) {
    return weakly(weak_from_this(), std::move(next));
  }

  // indexer_passes.cc
  void start();
  void build_now();
  void build_soon();
  void built();
  void read_history(bool then_ready);
  void take_stock(bool first);
  void tidy();
  void follow(std::vector<std::string> folders);
  void unlisted(const Identities& files);
  void folders_came(const std::vector<std::string>& folders);

  // indexer.cc
  std::optional<std::string> relative(const std::string& path) const;
  void tell(unique_function<void(Intake&)> run, unique_function<void()> after);
  void flush_texts();
  void look(std::vector<std::string> paths, bool dropped);
  void keep(std::vector<Look> looks);
  void look_at_racy();
};

}  // namespace coder::workspace
