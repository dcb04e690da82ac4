/*
 * The hand-over of a running batch between hosts, as a model that spin checks. docs/model.md names the code that
 * each part stands for. One step here is one transaction, one file operation or one system call there; a crash or
 * a SIGSTOP comes between any two of them.
 *
 * Each MUTANT_… removes one safeguard; model.test.ts demands that spin finds a violation for each.
 */
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef STOPS
#define STOPS 1
#endif
#ifndef LAUNCHER_CRASHES
#define LAUNCHER_CRASHES 1
#endif
#define HOSTS 2
#define LAUNCHERS 6
#ifndef FIRST
#define FIRST 1                  /* jobs of batch 0; batch 1 has one */
#endif
#define JOBS (FIRST + 1)
#define TRIES 5                  /* attempts of one job: one, and one for each fault and each fence that comes late */
#define NOBODY 20
#define ATTEMPT(j) ((j) * TRIES + attempts[j] - 1)
#define JOB(a) ((a) / TRIES)
#define BATCH(j) ((j) / FIRST)
#define BIT(a) (1 << (a))
#define OF_JOB(j) (31 << ((j) * TRIES))
#define OF_BATCH(b) ((b) == 0 -> BIT(FIRST * TRIES) - 1 : 31 << (FIRST * TRIES))

#define QUEUED 0
#define RUNNING 1
#define FINAL 2
#define PENDING 0
#define DONE 2

/* The database. Every change of it is one atomic step. */
byte status[2] = QUEUED;         /* batches */
byte owner[2] = NOBODY;          /* batches.host_id */
byte token[2];                   /* batches.claim_token */
byte job[JOBS] = PENDING;        /* jobs.status */
byte attempts[JOBS];             /* jobs.attempts */
byte jobToken[JOBS];             /* jobs.claim_token */
byte executor = NOBODY;          /* hosts.executor */
byte lastToken;
bool added;                      /* batch 1 is in the queue */
int verdicts;                    /* attempts with a verdict */

/* The run folder. */
int starting[LAUNCHERS];         /* lines of each journal, a bit for each attempt */
int started[LAUNCHERS];
int exited[LAUNCHERS];
int refused[LAUNCHERS];
bool fence[LAUNCHERS];

/* Processes. */
bool hostAlive[HOSTS] = true;
bool hostStopped[HOSTS];         /* SIGSTOP, beyond the lease */
bool launcherAlive[LAUNCHERS];
bool pipeOpen[LAUNCHERS];        /* the host holds the launcher's stdin */
byte launcherHost[LAUNCHERS] = NOBODY;
byte launchers;
int processes;                   /* attempts whose processes run */
int ended;                       /* attempts whose main process ended by itself, not seen by the launcher yet */
int everStarted;

/* Frames on stdin: what was written is read even if the host died. */
#define START 0
#define HOLD 1
#define DROP 2
chan frames[LAUNCHERS] = [4] of { byte, byte };
/* Lines on stdout, read by the host that spawned the launcher. */
#define BEGUN 0
#define EXITED 1
#define REFUSED 2
#define DROPPED 3
chan lines[HOSTS] = [6] of { byte, byte };
bool woken[HOSTS];

byte hostCrashes = CRASHES;
byte hostStops = STOPS;
byte launcherCrashes = LAUNCHER_CRASHES;
byte lostEvents = 1;

inline spawnProcess(a) {
  assert(!(everStarted & BIT(a)));                       /* never two starts of one attempt */
  assert(!(processes & OF_JOB(JOB(a))));                 /* never two attempts of a job at once */
  assert(!(processes & OF_BATCH(1 - BATCH(JOB(a)))));    /* never two batches at once */
  everStarted = everStarted | BIT(a);
  processes = processes | BIT(a)
}

inline report(kind, attempt) {
  if
  :: pipeOpen[l] -> lines[launcherHost[l]]!kind, attempt
  :: else
  fi
}

/* A launcher: src/core/launcher/native/launcher.c. It runs one job at a time and may hold the next. */
proctype Launcher(byte l) provided (launcherAlive[l]) {
  byte a, current = NOBODY, held = NOBODY;
  bool wasHeld;
next:
  do
  :: atomic { current == NOBODY && frames[l]?[START, _] -> frames[l]?START, a; wasHeld = false }; goto begin
  :: atomic { current == NOBODY && held != NOBODY -> a = held; held = NOBODY; wasHeld = true }; goto begin
  :: atomic { frames[l]?[HOLD, _] -> frames[l]?HOLD, held }
  :: atomic {
       frames[l]?[DROP, _] ->
       frames[l]?DROP, _;
       if
       :: held != NOBODY -> report(DROPPED, held); held = NOBODY
       :: else
       fi
     }
  :: atomic { held != NOBODY && !pipeOpen[l] && empty(frames[l]) -> held = NOBODY }
  :: current != NOBODY && (ended & BIT(current)) ->
     exited[l] = exited[l] | BIT(current);
     atomic { report(EXITED, current); current = NOBODY }
  :: current == NOBODY && held == NOBODY && !pipeOpen[l] && empty(frames[l]) -> launcherAlive[l] = false
  od;

begin:
#ifdef MUTANT_FENCE_CHECKED_FIRST
  if
  :: fence[l] -> goto refuse
  :: else
  fi;
#endif
  starting[l] = starting[l] | BIT(a);
#ifdef MUTANT_FENCE_CHECKED_FIRST
  atomic { spawnProcess(a); current = a };
#else
  if
  :: fence[l] -> goto refuse
  :: else -> atomic { spawnProcess(a); current = a }
  fi;
#endif
  started[l] = started[l] | BIT(a);
  atomic {
    if
    :: wasHeld -> report(BEGUN, a)
    :: else
    fi;
    a = 0; wasHeld = false
  };
  goto next;
refuse:
  refused[l] = refused[l] | BIT(a);
  atomic { report(REFUSED, a); a = 0; wasHeld = false };
  goto next
}

#ifdef MUTANT_CLAIM_WHILE_BUSY
#define busy 0
#else
#define busy (own | adopted | held)
#endif
#define runningBatch (status[0] == RUNNING -> 0 : (status[1] == RUNNING -> 1 : NOBODY))
#define head ((status[0] == QUEUED) -> 0 : ((status[1] == QUEUED && added) -> 1 : NOBODY))
#define isDone(b) ((b) == 0 -> (job[0] == DONE && job[FIRST - 1] == DONE) : job[FIRST] == DONE)
#define hasPending(b) ((b) == 0 -> (job[0] == PENDING || job[FIRST - 1] == PENDING) : job[FIRST] == PENDING)
#define hasRoom (busy == 0)
#ifdef MUTANT_LAUNCHER_AFTER_CLAIM
#define hasLauncher (!isFenced)
#else
#define hasLauncher (launcher != NOBODY && !isFenced)
#endif
#define mayStart ((runningBatch == NOBODY && head != NOBODY && busy == 0 && executor == h) || \
  (runningBatch != NOBODY && owner[runningBatch] == h && busy == 0 && (isDone(runningBatch) || hasPending(runningBatch))))
#define exitWritten(a) ((exited[0] | exited[1] | exited[2] | exited[3] | exited[4] | exited[5]) & BIT(a))
#define refusalWritten(a) ((refused[0] | refused[1] | refused[2] | refused[3] | refused[4] | refused[5]) & BIT(a))
#define halfStarted(l) (starting[l] & ~(started[l] | refused[l]))
/* A fenced launcher may have refused what another one then began: that one counts. */
#define startWritten(a, l) (starting[l] & ~refused[l] & BIT(a))

/* fenceLauncher for each journal that is there, also those of launchers that this host itself let go. */
inline fenceAll() {
  listed = launchers;
  do
  :: atomic {
       l < listed ->
#ifdef MUTANT_OWN_LAUNCHERS_NOT_FENCED
       if
       :: launcherHost[l] != h -> fence[l] = true
       :: else
       fi;
#else
       fence[l] = true;
#endif
       l++
     }
  :: atomic { l == listed -> l = 0; listed = 0; break }
  od
}

/* src/core/run/step.ts takeStep: verdicts, end of the batch, claims, in one transaction. */
inline takeStep() {
  isLost = false;
  a = 0;
  do
  :: a < JOBS * TRIES ->
     if
     :: (begun & BIT(a)) ->                              /* held, and begun by the launcher: claimed now */
        j = JOB(a);
        if
        :: status[BATCH(j)] == RUNNING && token[BATCH(j)] == mine ->
           assert(job[j] == PENDING && attempts[j] == a % TRIES);
           job[j] = RUNNING; attempts[j]++; jobToken[j] = mine
        :: status[BATCH(j)] == RUNNING && token[BATCH(j)] != mine -> isLost = true
        :: status[BATCH(j)] != RUNNING && attempts[j] == a % TRIES -> attempts[j]++   /* late: its number is used up */
        :: else
        fi
     :: else
     fi;
     a++
  :: else -> break
  od;
  begun = 0;
  a = 0;
  do
  :: a < JOBS * TRIES ->
     if
     :: (ends & BIT(a)) ->
        j = JOB(a);
        if
        :: status[BATCH(j)] != RUNNING                   /* cancelled meanwhile */
#ifdef MUTANT_VERDICT_WITHOUT_TOKEN
        :: status[BATCH(j)] == RUNNING ->
#else
        :: status[BATCH(j)] == RUNNING && (token[BATCH(j)] != mine || jobToken[j] != mine) -> isLost = true
        :: status[BATCH(j)] == RUNNING && token[BATCH(j)] == mine && jobToken[j] == mine ->
#endif
           assert(!(verdicts & BIT(a)));                 /* a verdict once */
           assert(job[j] == RUNNING && ATTEMPT(j) == a);
           verdicts = verdicts | BIT(a);
           if
           :: (interruptions & BIT(a)) ->
              assert(!exitWritten(a));                   /* work whose end is written down is not done again */
              job[j] = PENDING
           :: else -> job[j] = DONE
           fi
        fi
     :: else
     fi;
     a++
  :: else -> break
  od;
  ends = 0;
  interruptions = 0;
  b = runningBatch;
  if
  :: b != NOBODY && owner[b] == h && busy == 0 && isDone(b) -> status[b] = FINAL; b = NOBODY
  :: else
  fi;
  if
  :: b == NOBODY && head != NOBODY && executor == h && busy == 0 ->
     b = head;
     status[b] = RUNNING;
     owner[b] = h;
     lastToken++;
     token[b] = lastToken
  :: else
  fi;
  assert(!(status[0] == RUNNING && status[1] == RUNNING));
  claimed = 0;
  if
  :: b != NOBODY && owner[b] == h -> 
     mine = token[b];
     j = b * FIRST;
     do
     :: j < JOBS && BATCH(j) == b && hasRoom && hasLauncher ->
        if
        :: job[j] == PENDING ->
           job[j] = RUNNING;
           attempts[j]++;
           assert(attempts[j] <= TRIES);
           jobToken[j] = mine;
           a = ATTEMPT(j);
           own = own | BIT(a);
           claimed = claimed | BIT(a)
        :: else
        fi;
        j++
     :: else -> break
     od
  :: else
  fi;
  a = 0; j = 0; b = 0
}

inline spawnLauncher() {
  atomic {
    launcher = launchers;
    launchers++;
    assert(launcher < LAUNCHERS);
    launcherHost[launcher] = h;
    launcherAlive[launcher] = true;
    pipeOpen[launcher] = true;
    run Launcher(launcher)
  }
}

/* The launcher whose journal has a start of attempt `a`; `launchers` where none has. */
inline findLauncher() {
  l = 0;
  do
  :: l < launchers && !startWritten(a, l) -> l++
  :: else -> break
  od
}

/* src/core/run/rescuer.ts examine and adopted-jobs.ts: what the run folder has about attempt `a` now. */
inline look() {
  if
  :: exitWritten(a) -> ends = ends | BIT(a)
  :: !exitWritten(a) && l == launchers && refusalWritten(a) ->
     ends = ends | BIT(a); interruptions = interruptions | BIT(a)
  :: else ->
     /* Nobody will see its end: its processes are ended first, found by their marker. */
#ifndef MUTANT_NOT_ENDED_FIRST
     ended = ended | (processes & BIT(a)); processes = processes & ~BIT(a);
#endif
     ends = ends | BIT(a); interruptions = interruptions | BIT(a)
  fi;
  adopted = adopted & ~BIT(a)
}

proctype Host(byte h) provided (hostAlive[h] && !hostStopped[h]) {
  byte launcher = NOBODY, a, b, j, l, listed, mine;
  int own, adopted, held, begun, ends, interruptions, claimed;
  bool isLost, isFenced;

standby:
  do
  :: atomic { executor == NOBODY -> executor = h }; break
  :: atomic { executor == 1 - h && (!hostAlive[1 - h] || hostStopped[1 - h]) -> executor = h }; break
  od;

  /* src/core/run/rescuer.ts rescue */
#ifdef MUTANT_FENCE_BEFORE_TOKEN
  fenceAll();
#endif
  atomic {
    b = runningBatch;
    if
    :: executor != h -> goto lost
    :: executor == h && b != NOBODY ->
       owner[b] = h;
#ifndef MUTANT_TOKEN_NOT_RENEWED
       lastToken++;
       token[b] = lastToken;
       j = b * FIRST;
       do
       :: j < JOBS && BATCH(j) == b ->
          if
          :: job[j] == RUNNING -> jobToken[j] = lastToken
          :: else
          fi;
          j++
       :: else -> break
       od;
#endif
       mine = token[b]
    :: else
    fi;
    j = 0
  };
#if !defined(MUTANT_NO_FENCE) && !defined(MUTANT_FENCE_AFTER_READING) && !defined(MUTANT_FENCE_BEFORE_TOKEN)
  fenceAll();
#endif
#ifndef MUTANT_BEGUN_NOT_RECORDED
  /* What a launcher had begun by itself is claimed now, or counted late where its batch does not run any more. */
  atomic {
    if
    :: executor != h -> goto lost
    :: else
    fi;
    do
    :: j < JOBS ->
       a = j * TRIES + attempts[j];
       findLauncher();
       if
       :: l < launchers && job[j] != RUNNING && attempts[j] < TRIES ->
          attempts[j]++;
          if
          :: b == BATCH(j) && token[b] == mine -> job[j] = RUNNING; jobToken[j] = mine
          :: else
          fi
       :: else
       fi;
       j++
    :: else -> break
    od;
    a = 0; j = 0; l = 0
  };
#endif
  do
  :: atomic { b == NOBODY || j == JOBS -> break }
  :: atomic {
       b != NOBODY && j < JOBS && !(BATCH(j) == b && job[j] == RUNNING && jobToken[j] == mine) -> j++
     }
  :: atomic {
       b != NOBODY && j < JOBS && BATCH(j) == b && job[j] == RUNNING && jobToken[j] == mine ->
       a = ATTEMPT(j);
       findLauncher()
     };
     if
     :: atomic {
          l < launchers && launcherAlive[l] && (started[l] & BIT(a)) && !exitWritten(a) ->
          adopted = adopted | BIT(a); j++; a = 0; l = 0
        }
     :: atomic { l == launchers || !launcherAlive[l] || exitWritten(a) -> look(); j++; a = 0; l = 0 }
     :: atomic { l < launchers && (refused[l] & BIT(a)) -> findLauncher() ; look(); j++; a = 0; l = 0 }
     /* a fenced launcher reports within moments whether it started the job: this waits until one of the above holds */
     fi
  od;
#ifdef MUTANT_FENCE_AFTER_READING
  fenceAll();
#endif
  /* stopStrays: attempts of nobody, such as those of a batch that was cancelled while its host was dead */
#ifndef MUTANT_STARTING_IGNORED
  do
  :: atomic { l < launchers && (!launcherAlive[l] || !halfStarted(l)) -> l++ }
  :: atomic { l == launchers -> l = 0; break }
  od;
#endif
  if
  :: executor == h -> atomic { ended = ended | (processes & ~adopted); processes = processes & adopted }
  :: else
  fi;
  a = 0; b = 0; j = 0; l = 0;
  woken[h] = true;

  do
  :: atomic {
       lines[h]?[BEGUN, _] ->
       lines[h]?BEGUN, a;
       if
       :: (held & BIT(a)) -> held = held & ~BIT(a); own = own | BIT(a); begun = begun | BIT(a)
       :: else
       fi;
       a = 0
     }
  :: atomic { lines[h]?[DROPPED, _] -> lines[h]?DROPPED, a; held = held & ~BIT(a); a = 0; woken[h] = true }
  :: atomic {
       lines[h]?[EXITED, _] ->
       lines[h]?EXITED, a;
       ends = ends | (own & BIT(a));
       own = own & ~BIT(a);
       a = 0
     }
  :: atomic {
       lines[h]?[REFUSED, _] ->
       lines[h]?REFUSED, a;
       if
       :: ((own | held) & BIT(a)) ->
          ends = ends | (own & BIT(a));
          interruptions = interruptions | (own & BIT(a));
          own = own & ~BIT(a);
          held = held & ~BIT(a);                         /* it was never begun, and its number is free */
          isFenced = true
       :: else
       fi;
       a = 0
     }
  /* a fenced launcher is followed to its last answer; the next job gets another one */
  :: atomic {
       isFenced && launcher != NOBODY && (own | held) == 0 ->
       pipeOpen[launcher] = false;
       launcher = NOBODY;
       isFenced = false;
       woken[h] = true
     }
  /* src/core/run/ahead.ts: hand the next job over while this one runs; nothing is written for it */
  :: atomic {
       own != 0 && begun == 0 && ends == 0 && adopted == 0 && held == 0 && launcher != NOBODY && !isFenced && FIRST == 2 &&
       status[0] == RUNNING && token[0] == mine && job[0] == RUNNING && job[FIRST - 1] == PENDING &&
       attempts[FIRST - 1] < TRIES ->
       a = (FIRST - 1) * TRIES + attempts[FIRST - 1];
       held = BIT(a);
       frames[launcher]!HOLD, a;
       a = 0
     }
  /* nothing may start any more: what is held is called back */
  :: atomic {
       held != 0 && launcher != NOBODY && empty(frames[launcher]) &&
       (status[0] != RUNNING || token[0] != mine || adopted != 0 || own == 0) ->
       frames[launcher]!DROP, 0
     }
  /* an attempt that we adopted: whether its launcher lives is checked first, then its journal */
  :: atomic {
       adopted != 0 ->
       do
       :: !(adopted & BIT(a)) -> a++
       :: else -> break
       od;
       findLauncher();
       (exitWritten(a) || !launcherAlive[l]) ->
#ifdef MUTANT_JOURNAL_READ_FIRST
       isLost = exitWritten(a)
     };
     atomic {
       if
       :: isLost -> look()
       :: else -> ends = ends | BIT(a); interruptions = interruptions | BIT(a); adopted = adopted & ~BIT(a)
       fi;
       isLost = false;
#else
       look();
#endif
       a = 0; l = 0
     }
  /* our launcher died: what it wrote counts, the processes of the rest are ended */
  :: atomic {
       launcher != NOBODY && !launcherAlive[launcher] && empty(lines[h]) ->
       do
       :: a < JOBS * TRIES ->
          if
          :: (own & BIT(a)) -> own = own & ~BIT(a); findLauncher(); look()
          :: (held & BIT(a)) && startWritten(a, launcher) ->
             held = held & ~BIT(a); begun = begun | BIT(a); l = launcher; look()
          :: else
          fi;
          a++
       :: else -> break
       od;
       a = 0; l = 0;
       held = 0;
       isFenced = false;
       pipeOpen[launcher] = false;
       launcher = NOBODY
     }
  :: executor != h -> goto lost                          /* the heartbeat */
  :: ends != 0 || begun != 0 || (woken[h] && mayStart) ->
#ifndef MUTANT_LAUNCHER_AFTER_CLAIM
     /* Its journal is there before anything is claimed for it: whoever fences after the claim sees it. */
     if
     :: launcher == NOBODY && woken[h] && mayStart -> spawnLauncher()
     :: else
     fi;
#endif
     atomic { woken[h] = false; takeStep() };
     if
     :: isLost && executor != h -> goto lost
     :: else
     fi;
#ifdef MUTANT_LAUNCHER_AFTER_CLAIM
     if
     :: claimed != 0 && launcher == NOBODY -> spawnLauncher()
     :: else
     fi;
#endif
     do
     :: atomic {
          claimed != 0 ->
          do
          :: !(claimed & BIT(a)) -> a++
          :: else -> break
          od;
          claimed = claimed & ~BIT(a);
          frames[launcher]!START, a;
          a = 0
        }
     :: atomic { claimed == 0 -> woken[h] = true; break }
     od
  :: atomic { woken[h] && !mayStart && ends == 0 && begun == 0 -> woken[h] = false }
#ifndef MUTANT_NO_SLOW_POLL
  :: !woken[h] && mayStart -> woken[h] = true
#endif
  od;

lost:
  if
  :: launcher != NOBODY ->
     pipeOpen[launcher] = false;
     launcher = NOBODY
  :: else
  fi;
  own = 0; adopted = 0; held = 0; begun = 0; ends = 0; interruptions = 0; claimed = 0; isLost = false; isFenced = false;
  a = 0; b = 0; j = 0; l = 0;
  goto standby
}

/* A job ends, whenever it likes. */
proctype Jobs() {
  byte a;
  do
  :: atomic {
       processes != 0 ->
       do
       :: a < JOBS * TRIES && !(processes & BIT(a)) -> a++
       :: else -> break
       od;
       processes = processes & ~BIT(a);
       ended = ended | BIT(a);
       a = 0
     }
  od
}

#define crash(x) hostAlive[x] = false; l = 0; \
  do \
  :: l < LAUNCHERS -> \
     if \
     :: launcherHost[l] == x -> pipeOpen[l] = false \
     :: else \
     fi; \
     l++ \
  :: else -> l = 0; break \
  od

/* Faults at any moment, as many as there are of each; one host is always left that can work. */
proctype Faults() {
  byte l;
  do
  :: atomic { hostCrashes > 0 && hostAlive[1] && !hostStopped[1] -> hostCrashes--; crash(0) }
  :: atomic { hostCrashes > 0 && hostAlive[0] && !hostStopped[0] -> hostCrashes--; crash(1) }
  :: atomic { hostStops > 0 && hostAlive[1] -> hostStops--; hostStopped[0] = true }
  :: atomic { hostStopped[0] -> hostStopped[0] = false }
  :: atomic { launcherCrashes > 0 && launcherAlive[0] -> launcherCrashes--; launcherAlive[0] = false }
  :: atomic { launcherCrashes > 0 && launcherAlive[1] -> launcherCrashes--; launcherAlive[1] = false }
  od
}

inline notify() {
  if
  :: woken[0] = true; woken[1] = true
  :: lostEvents > 0 -> lostEvents--                      /* the file-system event is lost */
  fi
}

/* A person: adds batch 1 at some time, and may cancel batch 0 at any time. */
proctype Person() {
  atomic { added = true; notify() }
  if
  :: atomic { status[0] != FINAL -> status[0] = FINAL; notify() }
  :: true
  fi
}

#ifdef LIVENESS
/* Time continues even where nothing can happen any more, so that a stalled queue is an endless run, too. */
proctype Time() {
  do
  :: true; true
  od
}
#endif

init {
  atomic { run Host(0); run Host(1); run Jobs(); run Faults(); run Person() }
#ifdef LIVENESS
  run Time()
#endif
}

ltl rest { <> [] (status[0] == FINAL && status[1] == FINAL && processes == 0) }
