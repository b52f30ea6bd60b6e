#include <filesystem>

#include "loop/internal.h"
#include "loop/loop.h"

namespace coder::loop {

namespace {
constexpr Millis kQuiet{50};
}

struct FileWatch::Handle {
  uv_fs_event_t uv{};
  Shared<void()> on_change;
  std::unique_ptr<Timer> settle;
  std::string name;
  bool active = false;
};

FileWatch::FileWatch(Loop& loop, const std::string& path, unique_function<void()> on_change)
    : handle_(new Handle) {
  const std::filesystem::path file(path);
  handle_->name = file.filename().string();
  handle_->on_change = share(std::move(on_change));
  handle_->uv.data = handle_;
  handle_->settle = std::make_unique<Timer>(loop, [handle = handle_] {
    if (const Shared<void()> call = handle->on_change) (*call)();
  });
  uv_fs_event_init(loop.raw(), &handle_->uv);
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  const auto changed = [](uv_fs_event_t* event, const char* name, int, int) {
    auto* handle = static_cast<Handle*>(event->data);
    if (!name || handle->name == name) handle->settle->start(kQuiet);
  };
  handle_->active = uv_fs_event_start(&handle_->uv, changed, folder.c_str(), 0) == 0;
  uv_unref(reinterpret_cast<uv_handle_t*>(&handle_->uv));  // watching keeps nothing alive
}

FileWatch::~FileWatch() {
  handle_->on_change.reset();
  handle_->settle.reset();
  close_and_delete(handle_);
}

bool FileWatch::active() const { return handle_->active; }

struct FolderWatch::Handle {
  uv_fs_event_t uv{};
  Shared<void(std::string_view)> on_event;
  int error = 0;
};

FolderWatch::FolderWatch(Loop& loop, const std::string& folder,
                         unique_function<void(std::string_view)> on_event)
    : handle_(new Handle) {
  handle_->on_event = share(std::move(on_event));
  handle_->uv.data = handle_;
  uv_fs_event_init(loop.raw(), &handle_->uv);
  const auto changed = [](uv_fs_event_t* event, const char* name, int, int) {
    const Shared<void(std::string_view)> call = static_cast<Handle*>(event->data)->on_event;
    if (call) (*call)(name ? name : "");
  };
  handle_->error = uv_fs_event_start(&handle_->uv, changed, folder.c_str(), 0);
  uv_unref(reinterpret_cast<uv_handle_t*>(&handle_->uv));  // watching keeps nothing alive
}

FolderWatch::~FolderWatch() {
  handle_->on_event.reset();
  close_and_delete(handle_);
}

bool FolderWatch::active() const { return handle_->error == 0; }
bool FolderWatch::exhausted() const { return handle_->error == UV_ENOSPC || handle_->error == UV_EMFILE; }

}  // namespace coder::loop
