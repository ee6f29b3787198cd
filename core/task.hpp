// Task<T>: a lazily started coroutine that another coroutine awaits. It owns its frame; destroying
// it destroys everything it is suspended in, which is how processes are cancelled.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "core/assert.hpp"

namespace fencelab::core {

namespace detail {

/// The frame the promise's operator new returned last in this thread. Only read back by the promise
/// constructed in that very frame, so it carries no state between coroutines.
inline thread_local void* last_frame = nullptr;

/// g++ 12 lays a frame out wrongly when co_await stands in a condition and the body has no local
/// variable; the promise is then 8 bytes off. Checked at every creation, in every build.
template <class Promise>
std::coroutine_handle<Promise> checked_handle(Promise& promise) {
  auto handle = std::coroutine_handle<Promise>::from_promise(promise);
  FENCELAB_ASSERT(
      handle.address() == last_frame,
      "coroutine frame at {} but its promise says {}: co_await in a condition? (g++ 12)",
      last_frame, handle.address());
  return handle;
}

struct PromiseBase {
  static void* operator new(std::size_t size) { return last_frame = ::operator new(size); }
  static void operator delete(void* frame, std::size_t size) { ::operator delete(frame, size); }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
      auto next = handle.promise().continuation;
      return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }

  std::coroutine_handle<> continuation;
  std::exception_ptr exception;
};

}  // namespace detail

/// A coroutine returning T. Move-only; `co_await std::move(task)` or `co_await call(...)` runs it.
template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::PromiseBase {
    Task get_return_object() { return Task(detail::checked_handle(*this)); }
    template <class U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    T take() {
      if (exception) std::rethrow_exception(exception);
      return std::move(*value);
    }
    std::optional<T> value;
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  struct Awaiter {
    Handle handle;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
      handle.promise().continuation = caller;
      return handle;
    }
    T await_resume() const { return handle.promise().take(); }
  };
  Awaiter operator co_await() const& noexcept { return {handle_}; }

  Handle handle() const { return handle_; }
  /// Hands the frame over: whoever takes it destroys it.
  Handle release() { return std::exchange(handle_, nullptr); }

 private:
  explicit Task(Handle handle) : handle_(handle) {}
  Handle handle_;
};

template <>
struct Task<void>::promise_type : detail::PromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const {
    if (exception) std::rethrow_exception(exception);
  }
};

inline Task<void> Task<void>::promise_type::get_return_object() {
  return Task<void>(detail::checked_handle(*this));
}

}  // namespace fencelab::core
