; Windows, for this user only: `slipway` on the user's path, and an uninstaller that keeps the data unless it is told.
; slipway-system.exe (src/main/native) changes the path and closes the app: no PowerShell, which may be blocked or missing.
!define SYSTEM_PROGRAM "resources\cli\out\launcher\slipway-system.exe"

; Replaces the packager's own check, which ends every program in the folder without a question when it runs silently.
; Jobs and their launchers run from elsewhere and continue; the next start of Slipway records their results.
!macro customCheckAppRunning
  !ifdef BUILD_UNINSTALLER
    StrCpy $R0 "$INSTDIR\${SYSTEM_PROGRAM}"
  !else
    StrCpy $R0 "$PLUGINSDIR\slipway-system.exe"
    File "/oname=$R0" "${PROJECT_DIR}/out/launcher/slipway-system.exe"
  !endif
  ExecWait '"$R0" find "$INSTDIR"' $R1
  ${if} $R1 == 1
    MessageBox MB_OKCANCEL|MB_ICONEXCLAMATION "Slipway is running and will be closed. Running jobs continue." /SD IDOK IDOK +2
      Quit
    ExecWait '"$R0" close "$INSTDIR"' $R1
    ${if} $R1 != 0
      MessageBox MB_OK|MB_ICONSTOP "Slipway could not be closed (error $R1). Quit it from its tray icon, then try again." /SD IDOK
      SetErrorLevel 2
      Quit
    ${endIf}
  ${endIf}
!macroend

!macro customInstall
  ExecWait '"$INSTDIR\${SYSTEM_PROGRAM}" path add "$INSTDIR\resources\bin"' $R1
  ${if} $R1 != 0
    DetailPrint "The user's Path was not changed (error $R1): add $INSTDIR\resources\bin to it to use slipway in a terminal."
  ${endIf}
  ; Explorer looks at the last part of a name only: offered under "Open with" for YAML files, without taking them over.
  WriteRegStr HKCU "Software\Classes\.yaml\OpenWithProgids" "Slipway configuration" ""
  WriteRegStr HKCU "Software\Classes\.yml\OpenWithProgids" "Slipway configuration" ""
!macroend

!macro customUnInstall
  ; An update removes the old version first: what stays the same stays in its place.
  ${ifNot} ${isUpdated}
    DeleteRegValue HKCU "Software\Classes\.yaml\OpenWithProgids" "Slipway configuration"
    DeleteRegValue HKCU "Software\Classes\.yml\OpenWithProgids" "Slipway configuration"
    ExecWait '"$INSTDIR\${SYSTEM_PROGRAM}" path remove "$INSTDIR\resources\bin"'
    ClearErrors
    ${GetParameters} $R0
    ${GetOptions} $R0 "--delete-app-data" $R1
    ${if} ${Errors}
      MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete the queue, its history and all logs too?$\r$\n$LOCALAPPDATA\slipway" /SD IDNO IDNO keepData
    ${endIf}
    RMDir /r "$LOCALAPPDATA\slipway"
    keepData:
  ${endIf}
!macroend
