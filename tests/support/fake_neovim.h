// As much of Neovim and the plugin's Lua as a Session needs: buffers that are mirrored, labels that stay with
// them, chat windows. In the same process and on the same loop; every message is really packed and unpacked.
#pragma once

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/session.h"
#include "base/text.h"
#include "task/conversation.h"

namespace coder::test {

class FakeNeovim {
 public:
  struct Buffer {
    std::string path = {};
    std::string filetype = {};
    std::vector<std::string> lines = {};
    int64_t tick = 1;
    bool attached = false;
    std::string label = {};  ///< b:coder_label
  };
  /// What became of a question.
  struct Answered {
    std::optional<rpc::WireError> error;
    std::vector<rpc::AskBeginEvent> begun;  ///< one for each lane that took it
    std::string text;
  };
  using OnAnswered = std::function<void(const Answered&)>;

  /// `config_file` is read, and followed.
  FakeNeovim(loop::Loop& loop, std::string config_file)
      : loop_(loop),
        config_file_(std::move(config_file)),
        live_(loop, config_file_, true,
              {[this](const config::Live::Snapshot&) {
                 if (session_) session_->config_changed();
                 ++configurations_;
               },
               {}}) {
    start();
  }
  ~FakeNeovim() { *alive_ = false; }
  FakeNeovim(const FakeNeovim&) = delete;

  /// The backend has crashed, and the next call starts it again.
  void restart_backend() {
    session_.reset();
    for (auto& [buf, buffer] : buffers_) buffer.attached = false;
    running_.clear();
    refactoring_.clear();
    ++generation_;
    start();
  }

  void write_config(const std::string& text) { std::ofstream(config_file_, std::ios::trunc) << text; }
  int configurations() const { return configurations_; }
  std::shared_ptr<const config::Config> config() const { return live_.current(); }

  // --- buffers ------------------------------------------------------------------

  /// Opens one, with the backend watching.
  int64_t open(const std::string& path, std::vector<std::string> lines, const std::string& filetype = "cpp") {
    const int64_t buf = ++last_buffer_;
    Buffer& buffer = buffers_[buf];
    buffer.path = path;
    buffer.filetype = filetype;
    buffer.lines = std::move(lines);
    attach(buf);
    return buf;
  }
  const Buffer& buffer(int64_t buf) const { return buffers_.at(buf); }

  void attach(int64_t buf) {
    const Buffer& buffer = buffers_.at(buf);
    rpc::BufAttachParams params;
    params.buf = buf;
    params.path = buffer.path;
    params.filetype = buffer.filetype;
    if (!buffer.label.empty()) params.label = buffer.label;
    call("buf_attach", params, [](const Result<codec::Value>&) {});
  }
  void rename(int64_t buf, const std::string& path) {
    buffers_.at(buf).path = path;
    attach(buf);
  }
  /// Lines [first, last), 0-based, are replaced; last -1: all after it.
  void edit(int64_t buf, int64_t first, int64_t last, const std::vector<std::string>& lines) {
    Buffer& buffer = buffers_.at(buf);
    const auto size = static_cast<int64_t>(buffer.lines.size());
    if (last < 0) last = size;
    buffer.lines.erase(buffer.lines.begin() + first, buffer.lines.begin() + last);
    buffer.lines.insert(buffer.lines.begin() + first, lines.begin(), lines.end());
    ++buffer.tick;
    if (buffer.attached) tell_lines(buf, first, last, lines);
  }
  void append(int64_t buf, const std::vector<std::string>& lines) {
    const auto size = static_cast<int64_t>(buffers_.at(buf).lines.size());
    edit(buf, size, size, lines);
  }
  /// Lines [first, first + count), 0-based, go into a register.
  std::vector<std::string> yank(int64_t buf, size_t first, size_t count) {
    const std::vector<std::string>& lines = buffers_.at(buf).lines;
    rpc::YankParams params;
    params.buf = buf;
    params.first = static_cast<int64_t>(first + 1);
    params.last = static_cast<int64_t>(first + count);
    params.kind = "line";
    channel_->notify("yank", {codec::encode(params)});
    const auto from = lines.begin() + static_cast<int64_t>(first);
    return {from, from + static_cast<int64_t>(count)};
  }
  void join_label(int64_t buf, const std::string& label) {
    std::string& now = buffers_.at(buf).label;
    now = label != "any" || (!now.empty() && now != "any") ? "local_only" : "any";
  }

  // --- the chat -------------------------------------------------------------------

  int64_t new_chat() {
    const int64_t buf = ++last_buffer_;
    Buffer& chat = buffers_[buf];
    chat.path = "coder://chat/" + std::to_string(buf);
    chat.filetype = "markdown";
    chat.lines = {std::string(task::kUserHeading), ""};
    return buf;
  }

  /// Quotes lines of `from` in the chat, its label with it; `done` with false where that is refused.
  void quote(int64_t chat, int64_t from, size_t first, size_t last, std::function<void(bool)> done) {
    attach(from);
    rpc::QuoteParams params{from, static_cast<int64_t>(first + 1), static_cast<int64_t>(last), {}, {}, {},
                            {}};
    call("quote", params, [this, chat, from, done](const Result<codec::Value>& reply) {
      const Result<rpc::QuoteResult> quoted =
          reply ? codec::decode<rpc::QuoteResult>(*reply, "quote") : Result<rpc::QuoteResult>(reply.error());
      if (!quoted) return done(false);
      join_label(chat, quoted->label);
      if (!buffers_.at(from).label.empty()) join_label(chat, buffers_.at(from).label);
      append(chat, quoted->lines);
      done(true);
    });
  }

  /// Asks what the chat's last section says. `on_end` once, when the answer is in the buffer.
  void ask(int64_t chat, std::optional<int64_t> source, std::optional<std::string> avoid, OnAnswered on_end) {
    if (source) attach(*source);
    attach(chat);
    rpc::AskParams params;
    params.chat = chat;
    if (!buffers_.at(chat).label.empty()) params.label = buffers_.at(chat).label;
    params.source = source;
    if (source) params.line = 1;
    params.avoid = std::move(avoid);
    call("ask", params, [this, chat, on_end, born = generation_](const Result<codec::Value>& reply) {
      if (born != generation_) return;
      if (!reply) {
        Answered answered;
        answered.error = rpc::WireError{"", reply.error().message, ""};
        return on_end(answered);
      }
      const int64_t* id = reply->find("id") ? reply->find("id")->as_int() : nullptr;
      if (id) running_[*id] = {chat, on_end, {}};
    });
  }
  /// What became of a refactor, once for each of its answers.
  struct Refactored {
    int64_t id = 0;
    std::optional<rpc::WireError> error;
    std::vector<rpc::RefactorBeginEvent> begun;
  };
  using OnRefactored = std::function<void(const Refactored&)>;

  /// Has the file of `source` changed, or with task "test" tests of it written. `on_end` at the end of each
  /// answer, also of those to again().
  void refactor(const std::string& instruction, int64_t source, OnRefactored on_end,
                std::optional<std::string> task = std::nullopt) {
    attach(source);
    rpc::RefactorParams params;
    params.task = std::move(task);
    params.instruction = instruction;
    params.source = source;
    params.line = 1;
    call("refactor", params, [this, on_end, born = generation_](const Result<codec::Value>& reply) {
      if (born != generation_) return;
      Refactored refactored;
      if (!reply) {
        refactored.error = rpc::WireError{"", reply.error().message, ""};
        return on_end(refactored);
      }
      refactored.id = *reply->find("id")->as_int();
      refactoring_[refactored.id] = {std::move(refactored), on_end};
    });
  }
  void again(int64_t id, const std::string& text) {
    call("refactor_again", rpc::RefactorAgainParams{id, text}, [](const Result<codec::Value>&) {});
  }
  void close_refactor(int64_t id) {
    refactoring_.erase(id);
    call("refactor_close", rpc::RefactorIdParams{id}, [](const Result<codec::Value>&) {});
  }

  void stop_all() {
    call("stop", rpc::StopParams{}, [](const Result<codec::Value>&) {});
  }
  size_t answering() const { return running_.size(); }

  /// `done` when all that was said up to now has been heard, on both sides.
  void settle(std::function<void()> done) {
    const auto turn = [this](std::function<void()> then) {
      call("mode", rpc::ModeParams{}, [then](const Result<codec::Value>&) { then(); });
    };
    // The text of a buffer just attached comes in the second turn.
    turn([turn, done] { turn(done); });
  }

  // --- all else --------------------------------------------------------------------

  void cursor(int64_t buf, int64_t line, int64_t col) {
    rpc::CursorParams params;
    params.buf = buf;
    params.tick = buffers_.at(buf).tick;
    params.line = line;
    params.col = col;
    params.manual = true;
    channel_->notify("cursor", {codec::encode(params)});
  }
  void complete(int64_t buf, int64_t line, int64_t col, std::function<void(bool)> done) {
    rpc::CompleteParams params{buf, buffers_.at(buf).tick, line, col};
    call("complete", params, [done](const Result<codec::Value>& reply) { done(reply.ok()); });
  }
  void mode(const std::string& mode, const std::string& model) {
    rpc::ModeParams params;
    if (!mode.empty()) params.mode = mode;
    if (!model.empty()) params.model = model;
    call("mode", params, [](const Result<codec::Value>&) {});
  }

 private:
  struct Running {
    int64_t chat;
    OnAnswered on_end;
    Answered answered;
  };

  void start() {
    const auto later = [this](auto deliver) {
      return [this, deliver, alive = alive_, born = generation_](std::string bytes) {
        loop_.post([this, deliver, alive, born, bytes = std::move(bytes)] {
          if (*alive && born == generation_) deliver(bytes);
        });
      };
    };
    channel_ = std::make_unique<rpc::Channel>(
        later([this](const std::string& bytes) { session_->feed(bytes); }),
        rpc::Channel::Handlers{[this](const std::string& method, codec::Value::Array args,
                                      rpc::ReplyOnce reply) { answer(method, args, std::move(reply)); },
                               [this](const std::string& method, codec::Value::Array args) {
                                 if (method == "nvim_exec_lua")
                                   event(*(*args[1].as_array())[0].as_string(), (*args[1].as_array())[1]);
                               },
                               [](const Error&) {}});
    session_ = std::make_unique<app::Session>(
        loop_, live_, "", later([this](const std::string& bytes) { channel_->feed(bytes); }),
        [] { return size_t{0}; }, [] {});
  }

  template <class Params, class Done>
  void call(const char* method, const Params& params, Done done) {
    channel_->request(method, {codec::encode(params)}, std::move(done));
  }

  void tell_lines(int64_t buf, int64_t first, int64_t last, const std::vector<std::string>& lines) {
    channel_->notify("nvim_buf_lines_event",
                     {codec::Value(buf), codec::Value(buffers_.at(buf).tick), codec::Value(first),
                      codec::Value(last), codec::encode(lines), codec::Value(false)});
  }

  /// The functions of coder.refactor.buffers that the backend calls.
  codec::Value call_lua(const std::string& code, const codec::Value::Array& args) {
    codec::Value::Array out;
    if (code.find(".list()") != std::string::npos) {
      for (const auto& [buf, buffer] : buffers_) {
        if (buffer.path.empty() || buffer.path.find("://") != std::string::npos) continue;
        out.push_back(codec::Value(codec::Value::Map{{"buf", codec::Value(buf)},
                                                     {"path", codec::Value(buffer.path)},
                                                     {"tick", codec::Value(buffer.tick)},
                                                     {"eol", codec::Value("\n")},
                                                     {"final_newline", codec::Value(true)},
                                                     {"bom", codec::Value(false)},
                                                     {"modifiable", codec::Value(true)}}));
      }
    } else if (code.find(".attach(") != std::string::npos) {
      for (const codec::Value& buf : *args[0].as_array()) attach(*buf.as_int());
    }
    return codec::Value(std::move(out));
  }

  void answer(const std::string& method, const codec::Value::Array& args, rpc::ReplyOnce reply) {
    if (method == "nvim_exec_lua") return reply(call_lua(*args[0].as_string(), *args[1].as_array()));
    const auto found = args.empty() ? buffers_.end() : buffers_.find(rpc::handle_of(args[0]));
    if (found == buffers_.end()) return reply(Error{ErrorKind::usage, "no such buffer", ""});
    Buffer& buffer = found->second;
    if (method == "nvim_buf_attach") {
      buffer.attached = true;
      tell_lines(found->first, 0, -1, buffer.lines);
      return reply(codec::Value(true));
    }
    if (method == "nvim_buf_get_lines") return reply(codec::encode(buffer.lines));
    if (method == "nvim_buf_get_name") return reply(codec::Value(buffer.path));
    reply(codec::Value(true));
  }

  void event(const std::string& name, const codec::Value& value) {
    if (name == "buf_label") {
      const auto label = codec::decode<rpc::BufLabelEvent>(value, name);
      if (label && buffers_.count(label->buf) > 0) join_label(label->buf, label->label);
      return;
    }
    const int64_t* id = value.find("id") ? value.find("id")->as_int() : nullptr;
    if (const auto one = id ? refactoring_.find(*id) : refactoring_.end(); one != refactoring_.end()) {
      if (name == "refactor_begin") {
        if (auto begin = codec::decode<rpc::RefactorBeginEvent>(value, name))
          one->second.first.begun.push_back(std::move(*begin));
      } else if (name == "refactor_end") {
        auto end = codec::decode<rpc::RefactorEndEvent>(value, name);
        one->second.first.error = end ? end->error : std::nullopt;
        const auto [refactored, on_end] = one->second;
        one->second.first.begun.clear();
        on_end(refactored);
      }
      return;
    }
    const auto found = id ? running_.find(*id) : running_.end();
    if (found == running_.end()) return;
    Running& running = found->second;
    if (name == "ask_begin") {
      auto begin = codec::decode<rpc::AskBeginEvent>(value, name);
      if (!begin) return;
      join_label(running.chat, begin->label);
      running.answered.begun.push_back(std::move(*begin));
    } else if (name == "ask_delta") {
      const codec::Value* text = value.find("text");
      if (text && text->as_string()) running.answered.text += *text->as_string();
    } else if (name == "ask_end") {
      if (auto end = codec::decode<rpc::AskEndEvent>(value, name); end && end->error) {
        running.answered.error = std::move(end->error);
      }
      finish(*id);
    }
  }

  void finish(int64_t id) {
    Running running = std::move(running_.extract(id).mapped());
    std::vector<std::string> lines = {""};
    if (!running.answered.begun.empty()) lines.push_back(running.answered.begun.back().heading);
    lines.emplace_back();
    for (const std::string_view line : split(running.answered.text, '\n')) lines.emplace_back(line);
    for (const char* line : {"", task::kUserHeading.data(), ""}) lines.emplace_back(line);
    append(running.chat, lines);
    running.on_end(running.answered);
  }

  loop::Loop& loop_;
  std::string config_file_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  int generation_ = 0;  ///< of the backend
  int configurations_ = 0;
  config::Live live_;
  std::map<int64_t, Buffer> buffers_;
  std::map<int64_t, Running> running_;                                  ///< by the answer's id
  std::map<int64_t, std::pair<Refactored, OnRefactored>> refactoring_;  ///< by its id
  int64_t last_buffer_ = 0;
  std::unique_ptr<rpc::Channel> channel_;
  std::unique_ptr<app::Session> session_;
};

}  // namespace coder::test
