// The limits' values in the database that all processes of the user share (see reserve.h). It blocks: one job
// on a worker at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "dispatch/reserve.h"
#include "store/store.h"

namespace coder::dispatch {

class LimitsStore {
 public:
  /// Opens nothing yet. `busy` is how long a call waits for other processes.
  explicit LimitsStore(std::string path, Millis busy = Millis(2000));

  struct Reply {
    std::vector<Answer> answers;
    WallMs at = 0;  ///< when it was answered
    Book book;      ///< what the batch was about, as it is now
  };
  /// Answers a batch in one transaction; `clock` is asked inside it. After an error nothing was reserved.
  Result<Reply> run(const Batch& batch, WallMs (*clock)());

 private:
  struct Statements {
    store::Statement get_bucket, put_bucket;
    store::Statement get_window, put_window;
    store::Statement get_places, put_place, drop_place;
  };
  Result<void> open();
  Result<Book> load(const Batch& batch);
  Result<void> load_bucket(const std::string& key, Book& book);
  Result<void> load_window(const std::string& model, Book& book);
  Result<void> save(const Book& before, const Book& after);
  Result<void> save_window(const std::string& model, const Window& before, const Window& after);

  std::string path_;
  Millis busy_;
  std::optional<store::Database> database_;
  std::optional<Statements> statements_;
};

}  // namespace coder::dispatch
