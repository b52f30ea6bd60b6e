// A task over many files, each asked about by itself: one line of JSON per file on standard output,
// resumable.
//
//   file's turn (batch_queue.h) ─▶ read, hash ─┬─ the journal has an answer about this text ─────────▶ line
//                                              └─ Dispatcher::ask ─▶ answer ─▶ journal, on the disk ─▶ line
//
// The journal comes before the line, so that what a crash has not shown is shown by the next run, and nothing
// is asked twice.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/args.h"
#include "app/batch_journal.h"
#include "app/batch_progress.h"
#include "app/batch_queue.h"
#include "config/config.h"
#include "dispatch/dispatcher.h"
#include "loop/work.h"
#include "task/recipes.h"
#include "task/source.h"

namespace coder::app {

/// `ask` with a task, files and --json-lines.
bool is_batch(const Args& args, const config::Config& config);
int run_batch(const Args& args, std::shared_ptr<const config::Config> config);

class Batch {
 public:
  struct File {
    std::string path;  ///< as it was named
    std::string id;    ///< in the journal
  };
  struct Wanted {
    std::string root;
    std::string prompt;
    std::shared_ptr<const task::Recipe> recipe;
    routing::Request route;  ///< what all have in common
    bool stream = true;
    std::vector<File> files;
    size_t jobs = 1;
  };

  /// `journal` may be null: then nothing is resumed and nothing kept.
  Batch(loop::Loop& loop, dispatch::Dispatcher& dispatcher, std::shared_ptr<const config::Config> config,
        Wanted wanted, std::shared_ptr<BatchJournal> journal);

  /// Stops what is under way and keeps what is answered; a second time it does not wait for the disk.
  void interrupt();
  /// A line for the user, above the progress.
  void say(const std::string& line) { progress_.say(line); }

  /// When the loop has ended.
  int exit_code() const { return code_; }

 private:
  struct Asked {
    std::unique_ptr<dispatch::Question> question;
    std::vector<task::Source> source;  ///< one
    privacy::Label label = privacy::Label::any;
    std::string sha256;
    std::string text;
  };
  struct Finished {
    size_t file = 0;
    BatchJournal::Record record;
  };

  void turn();
  void begin(size_t file);
  void ask(size_t file, task::Source source, std::string sha256);
  void ended(size_t file, Result<void> result, const dispatch::Outcome& outcome);
  void answered(size_t file, const Asked& asked, const dispatch::Outcome& outcome);
  void failed(size_t file, Error error, const dispatch::Outcome& outcome);
  void give_up(size_t file, Error error);
  void stop(const Error& why);
  void keep();
  void kept(const std::vector<Finished>& finished, const Result<void>& written);
  void line(codec::Value::Map object);
  void finish();
  void tell_failures() const;
  BatchCount count() const;
  codec::Value::Map error_line(size_t file, const Error& error) const;

  loop::Loop& loop_;
  dispatch::Dispatcher& dispatcher_;
  std::shared_ptr<const config::Config> config_;
  Wanted wanted_;
  std::shared_ptr<BatchJournal> journal_;
  BatchQueue queue_;
  BatchProgress progress_;
  loop::Timer timer_;
  std::map<size_t, Asked> asked_;
  std::vector<Finished> pending_;  ///< answers not yet on the disk
  std::unique_ptr<loop::Work> writing_;
  std::map<size_t, Error> failures_;
  std::optional<Error> stopped_;  ///< why the rest is not asked about
  TimePoint started_ = Clock::now();
  size_t done_ = 0, resumed_ = 0;
  size_t same_ = 0;  ///< failures of one kind in a row, without any answer
  std::string last_failure_;
  std::optional<double> usd_;
  bool unpriced_ = false;      ///< some of it has cost nobody knows what
  bool journal_told_ = false;  ///< that it cannot be written to
  bool interrupted_ = false;
  bool closed_ = false;  ///< standard output
  bool over_ = false;
  int code_ = 0;
};

}  // namespace coder::app
