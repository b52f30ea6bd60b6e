// The part of a Preview that writes what was accepted, and takes it back.
#include <algorithm>

#include "app/preview.h"
#include "base/text.h"
#include "edit/journal.h"
#include "edit/new_errors.h"

namespace coder::app {

using edit::FileChange;

namespace {

using Open = std::shared_ptr<edit::Transaction>;  ///< used by one worker's job after the other

struct Begun {
  std::vector<std::string> syntax;
  std::optional<Error> error;
  Open transaction;
};

Begun begin_on_worker(const std::vector<FileChange>& changes, bool accept_syntax_errors) {
  Begun out;
  if (!accept_syntax_errors) {
    for (const FileChange& change : changes) {
      if (const std::string error = edit::new_syntax_error(change); !error.empty())
        out.syntax.push_back((change.to ? change.to->shown : change.at.shown) + " would have " + error);
    }
    if (!out.syntax.empty()) return out;
  }
  edit::Plan plan;
  plan.changes = changes;
  auto begun = edit::Transaction::begin(edit::journal_folder(), edit::targets_of(plan));
  if (!begun) {
    out.error = begun.error();
    return out;
  }
  out.transaction = std::move(*begun);
  if (auto done = out.transaction->commit(); !done) out.error = done.error();
  return out;
}

/// What takes a change back, where nothing has come after it.
FileChange reversed(const FileChange& change) {
  FileChange out;
  out.at = change.to ? *change.to : change.at;
  if (change.to) out.to = change.at;
  out.existed = !change.removed;
  out.removed = !change.existed;
  out.old_text = change.new_text;
  out.new_text = change.existed ? change.old_text : "";
  out.old_version = edit::version_of(out.old_text, change.old_version.mode);
  if (change.existed) out.mode = change.old_version.mode;
  return out;
}

}  // namespace

/// One transaction under way.
struct Preview::Carry {
  std::vector<FileChange> changes;
  Written done;
  Open transaction;
  std::unique_ptr<loop::Work> work;
};

Preview::~Preview() = default;

void Preview::write(rpc::RefactorWriteParams params, rpc::Reply<rpc::RefactorWritten> reply) {
  if (answering_)
    return reply.fail(Error{ErrorKind::usage, "the answer is still coming", "Stop it with <C-c> first"});
  if (carry_) return reply.fail(Error{ErrorKind::usage, "the last ones are still being written", ""});
  if (params.hunks.empty()) return reply.fail(Error{ErrorKind::usage, "nothing is accepted", ""});
  Wish wish;
  wish.all = true;
  wish.then.push_back([this, ids = std::set<std::string>(params.hunks.begin(), params.hunks.end()),
                       accept = params.accept_syntax_errors.value_or(false),
                       answer = std::make_shared<rpc::Reply<rpc::RefactorWritten>>(std::move(reply))] {
    write_now(ids, accept, [answer](Result<rpc::RefactorWritten> written) {
      if (!written) return answer->fail(std::move(written.error()));
      answer->ok(*written);
    });
  });
  want(std::move(wish));
}

void Preview::write_now(const std::set<std::string>& ids, bool accept_syntax_errors, Written done) {
  std::set<std::string> missing = ids;
  std::vector<FileChange> changes;
  for (const std::string& path : order_) {
    const Item& item = items_.at(path);
    if (!item.staged) continue;
    for (const std::string& id : item.staged->ids()) missing.erase(id);
    if (auto change = item.staged->taken(ids, own_)) changes.push_back(std::move(*change));
  }
  if (!missing.empty()) {
    return done(Error{ErrorKind::edits,
                      std::to_string(missing.size()) + " of the accepted hunks are not there any more",
                      "Their files have changed meanwhile; nothing was written"});
  }
  if (changes.empty()) return done(Error{ErrorKind::edits, "these hunks change nothing", ""});
  LastWrite last{changes, edits_, {}};
  carry(std::move(changes), accept_syntax_errors,
        [this, ids, last = std::move(last),
         done = std::move(done)](Result<rpc::RefactorWritten> written) mutable {
          if (!written || !written->syntax.empty()) return done(std::move(written));
          // What is left of a file's edits is for the file as it is now.
          std::set<std::string> touched;
          std::vector<edit::Edit> rest;
          for (const FileChange& change : last.changes) {
            touched.insert(change.at.shown);
            const auto item = items_.find(change.at.shown);
            if (item == items_.end() || !item->second.staged) continue;
            for (edit::Edit& one : item->second.staged->rest(ids, own_)) rest.push_back(std::move(one));
          }
          std::vector<edit::Edit> kept;
          for (size_t i = 0; i < edits_.size(); ++i) {
            const bool known = i < outcomes_.size();
            const bool refused = known && outcomes_[i].status == edit::Status::refused;
            if (refused || touched.count(known ? outcomes_[i].file : edits_[i].path) == 0)
              kept.push_back(edits_[i]);
          }
          kept.insert(kept.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
          edits_ = std::move(kept);
          any_written_ = true;
          last.folders = std::move(made_);
          last_write_ = std::move(last);
          done(std::move(written));
          Wish wish;
          wish.all = true;
          want(std::move(wish));
        });
}

void Preview::carry(std::vector<FileChange> changes, bool accept_syntax_errors, Written done) {
  carry_ = std::make_shared<Carry>();
  carry_->changes = std::move(changes);
  carry_->done = std::move(done);
  const auto finish = [this](Result<rpc::RefactorWritten> result) {
    const std::shared_ptr<Carry> over = std::move(carry_);
    over->done(std::move(result));
    if (wish_.all || !wish_.paths.empty()) want({});  // what has changed meanwhile
  };
  carry_->work = std::make_unique<loop::Work>(
      deps_.loop,
      [these = carry_->changes, accept_syntax_errors] {
        return begin_on_worker(these, accept_syntax_errors);
      },
      [this, finish](Begun begun) {
        if (begun.error) return finish(std::move(*begun.error));
        if (!begun.syntax.empty()) {
          rpc::RefactorWritten refused;
          refused.syntax = std::move(begun.syntax);
          return finish(std::move(refused));
        }
        carry_->transaction = std::move(begun.transaction);
        change_buffers(
            deps_.channel, carry_->changes,
            [this, finish, alive = std::weak_ptr(alive_)](Result<void> changed) {
              if (alive.expired()) return;
              const std::optional<Error> problem =
                  changed ? std::nullopt : std::optional<Error>(changed.error());
              struct Ended {
                std::optional<Error> error;
                std::vector<std::string> left;
              };
              carry_->work = std::make_unique<loop::Work>(
                  deps_.loop,
                  [transaction = carry_->transaction, undo = problem.has_value()] {
                    Ended out;
                    const Result<void> over = undo ? transaction->undo(&out.left) : transaction->finish();
                    if (!over) out.error = over.error();
                    return out;
                  },
                  [this, finish, problem](Ended ended) {
                    if (problem) return finish(*problem);
                    rpc::RefactorWritten written;
                    written.left = std::move(ended.left);
                    if (ended.error) written.left.push_back(ended.error->message);
                    made_ = carry_->transaction->made();
                    for (const FileChange& change : carry_->changes) {
                      const std::string name = to_valid_utf8(change.to ? change.to->shown : change.at.shown);
                      (change.buffer ? written.buffers : written.files).push_back(name);
                    }
                    finish(std::move(written));
                  });
            });
      });
}

void Preview::undo(rpc::Reply<rpc::RefactorWritten> reply) {
  if (answering_ || carry_) return reply.fail(Error{ErrorKind::usage, "something else is under way", ""});
  if (!last_write_)
    return reply.fail(Error{ErrorKind::usage, "nothing was written that could be taken back", ""});
  std::set<std::string> files;
  for (const FileChange& change : last_write_->changes)
    files.insert(change.to ? change.to->real : change.at.real);
  const auto answer = std::make_shared<rpc::Reply<rpc::RefactorWritten>>(std::move(reply));
  find_open(deps_.channel, deps_.mirrors, std::move(files),
            [this, answer, alive = std::weak_ptr(alive_)](Result<OpenFiles> open) {
              if (alive.expired()) return;
              if (!open) return answer->fail(std::move(open.error()));
              reverse(*open, [answer](Result<rpc::RefactorWritten> written) {
                if (!written) return answer->fail(std::move(written.error()));
                answer->ok(*written);
              });
            });
}

void Preview::reverse(const OpenFiles& open, Written done) {
  if (carry_ || !last_write_) return done(Error{ErrorKind::usage, "something else is under way", ""});
  std::vector<FileChange> changes;
  for (const FileChange& one : last_write_->changes) {
    FileChange back = reversed(one);
    if (const auto buffer = open.texts.find(back.at.real); buffer != open.texts.end() && !back.removed) {
      back.buffer = buffer->second;
      if (back.buffer->text != back.old_text) {
        return done(Error{ErrorKind::edits, back.at.shown + " has changed since then",
                          "Nothing was taken back; undo it there with u"});
      }
    }
    changes.push_back(std::move(back));
  }
  carry(std::move(changes), true,
        [this, done = std::move(done)](Result<rpc::RefactorWritten> written) mutable {
          if (written) {
            edit::remove_empty(last_write_->folders);
            edits_ = std::move(last_write_->edits);
            any_written_ = false;
            last_write_.reset();
          }
          done(std::move(written));
          Wish wish;
          wish.all = true;
          want(std::move(wish));
        });
}

}  // namespace coder::app
