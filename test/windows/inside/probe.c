/* A job's program for the tests under Wine: one verb, and what belongs to it. Compiled by test/windows/wine.ts. */
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void say(const char *text) {
  printf("%s\n", text);
  fflush(stdout);
}

static BOOL WINAPI tidy(DWORD event) {
  say(event == CTRL_BREAK_EVENT ? "break" : "other");
  Sleep(20);
  ExitProcess(4);
}

static BOOL WINAPI stubborn(DWORD event) {
  (void)event;
  return TRUE;
}

static DWORD spawn(const wchar_t *rest, DWORD flags) {
  wchar_t self[MAX_PATH], line[1000];
  GetModuleFileNameW(NULL, self, MAX_PATH);
  swprintf(line, 1000, L"\"%ls\" %ls", self, rest);
  STARTUPINFOW how = {.cb = sizeof how};
  PROCESS_INFORMATION made = {0};
  if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, flags, NULL, NULL, &how, &made)) return 0;
  return made.dwProcessId;
}

static int until(const wchar_t *file) {
  while (GetFileAttributesW(file) == INVALID_FILE_ATTRIBUTES) Sleep(10);
  return 0;
}

typedef LONG(WINAPI *on_process)(HANDLE);

int wmain(int argc, wchar_t **argv) {
  const wchar_t *verb = argc > 1 ? argv[1] : L"";
#define IS(name) (wcscmp(verb, L##name) == 0)
  if (IS("exit")) return (int)wcstoul(argv[2], NULL, 0);
  if (IS("sleep")) Sleep((DWORD)wcstoul(argv[2], NULL, 10));
  if (IS("until")) return until(argv[2]);
  if (IS("mark")) { /* notes in a file that it ran, and ends when another file is there */
    HANDLE file = CreateFileW(argv[2], FILE_APPEND_DATA, 7, NULL, OPEN_ALWAYS, 0, NULL);
    DWORD n;
    WriteFile(file, "x\n", 2, &n, NULL);
    CloseHandle(file);
    return argc > 3 ? until(argv[3]) : 0;
  }
  if (IS("arguments")) {
    _setmode(1, _O_BINARY);
    for (int i = 2; i < argc; i++) {
      char bytes[100000];
      int n = WideCharToMultiByte(CP_UTF8, 0, argv[i], -1, bytes, sizeof bytes, NULL, NULL);
      fwrite(bytes, 1, (size_t)n, stdout);
    }
  }
  if (IS("tidy")) {
    SetConsoleCtrlHandler(tidy, TRUE);
    say("ready");
    Sleep(60000);
  }
  if (IS("stubborn")) {
    SetConsoleCtrlHandler(stubborn, TRUE);
    say("ready");
    Sleep(60000);
  }
  if (IS("tree")) { /* a child in a group of its own, which has a child; then the end, or a wait */
    printf("child %lu\n", spawn(L"tree2", CREATE_NEW_PROCESS_GROUP | DETACHED_PROCESS));
    say("ready");
    if (argc > 2) Sleep((DWORD)wcstoul(argv[2], NULL, 10));
  }
  if (IS("tree2")) {
    spawn(L"sleep 60000", DETACHED_PROCESS);
    Sleep(60000);
  }
  if (IS("breakaway")) {
    printf("breakaway %lu\n", spawn(L"sleep 60000", CREATE_BREAKAWAY_FROM_JOB));
    say("ready");
  }
  if (IS("window")) {
    HWND window = GetConsoleWindow();
    printf("console %d visible %d input %lu\n", GetConsoleCP() != 0, window && IsWindowVisible(window),
           GetFileType(GetStdHandle(STD_INPUT_HANDLE)));
    say("done");
  }
  if (IS("burn")) {
    volatile char *memory = VirtualAlloc(NULL, 64 << 20, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    for (int i = 0; i < 64 << 20; i += 4096) memory[i] = 1;
    ULONGLONG end = GetTickCount64() + 300;
    volatile long turns = 0;
    while (GetTickCount64() < end) turns++;
  }
  if (IS("flood")) { /* so many megabytes of 0xff, then, when a file is there, "\nend\n" */
    static char block[1 << 16];
    memset(block, 0xff, sizeof block);
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD n;
    for (long left = wcstol(argv[2], NULL, 10) * 16; left > 0; left--) WriteFile(out, block, sizeof block, &n, NULL);
    until(argv[3]);
    WriteFile(out, "\nend\n", 5, &n, NULL);
  }
  if (IS("interrupt")) { /* Ctrl-C to all that share a console with a process */
    SetConsoleCtrlHandler(stubborn, TRUE);
    FreeConsole();
    return AttachConsole((DWORD)wcstoul(argv[2], NULL, 10)) && GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) ? 0 : 1;
  }
  if (IS("suspend") || IS("resume")) {
    HANDLE process = OpenProcess(PROCESS_SUSPEND_RESUME, FALSE, (DWORD)wcstoul(argv[2], NULL, 10));
    const char *name = IS("suspend") ? "NtSuspendProcess" : "NtResumeProcess";
    on_process act = (on_process)(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
    printf("%s %lx\n", name, (unsigned long)act(process));
  }
  return 0;
}
