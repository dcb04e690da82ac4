/* The stand-in's program and what looks at an installation from outside; which one is the first argument. */
#include <windows.h>
#include <wchar.h>

static void leave_note(const wchar_t *file, const wchar_t *text) {
  HANDLE note = CreateFileW(file, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
  DWORD written;
  if (note == INVALID_HANDLE_VALUE) ExitProcess(3);
  WriteFile(note, text, (DWORD)(wcslen(text) * sizeof *text), &written, NULL);
  CloseHandle(note);
}

static const wchar_t *notes;

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM w, LPARAM l) {
  if (message == WM_SETTINGCHANGE && l != 0) leave_note(notes, (const wchar_t *)l);
  return DefWindowProcW(window, message, w, l);
}

int wmain(int argc, wchar_t **argv) {
  if (argc != 3) return 2;
  notes = argv[2];
  if (wcscmp(argv[1], L"run") == 0) { /* until it is ended; its note says that it runs */
    leave_note(notes, L"running");
    Sleep(INFINITE);
  }
  if (wcscmp(argv[1], L"listen") == 0) { /* records the messages about changed settings that a window gets */
    WNDCLASSW class = {.lpfnWndProc = on_message, .lpszClassName = L"slipway-listener"};
    RegisterClassW(&class);
    if (CreateWindowW(class.lpszClassName, L"", 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL) == NULL) return 4;
    leave_note(notes, L"listening");
    MSG message;
    while (GetMessageW(&message, NULL, 0, 0) > 0) DispatchMessageW(&message);
  }
  return 0;
}
