; An installer of a stand-in program that runs our installer.nsh at the places where the packager's templates do
; (app-builder-lib/templates/nsis). Defines: PROJECT_DIR, APP_DIR, OUT_FILE, VERSION, and BUILD_UNINSTALLER as there.
; Wine here runs 64-bit programs only.
Target amd64-unicode
!include LogicLib.nsh
!include FileFunc.nsh
!include "${PROJECT_DIR}/resources/installed/installer.nsh"

; As the packager's: `--updated` is how the new installer starts the old uninstaller.
!macro _isUpdated _a _b _t _f
  !insertmacro _LOGICLIB_TEMP
  ClearErrors
  ${GetParameters} $_LOGICLIB_TEMP
  ${GetOptions} $_LOGICLIB_TEMP "--updated" $_LOGICLIB_TEMP
  IfErrors `${_f}` `${_t}`
!macroend
!define isUpdated `"" isUpdated ""`

Name "Slipway ${VERSION}"
OutFile "${OUT_FILE}"
InstallDir "$LOCALAPPDATA\Programs\slipway"
RequestExecutionLevel user
SilentInstall silent
SilentUnInstall silent

Function un.checkAppRunning
  !define BUILD_UNINSTALLER
  !insertmacro customCheckAppRunning
  !undef BUILD_UNINSTALLER
FunctionEnd

Function un.onInit
  Call un.checkAppRunning
FunctionEnd

Section
  InitPluginsDir
  !insertmacro customCheckAppRunning
  ${if} ${FileExists} "$INSTDIR\uninstall.exe"
    ExecWait '"$INSTDIR\uninstall.exe" /S --updated _?=$INSTDIR' $0
    ${if} $0 != 0
      SetErrorLevel $0
      Quit
    ${endIf}
    RMDir /r "$INSTDIR"
  ${endIf}
  SetOutPath $INSTDIR
  File /r "${APP_DIR}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  !insertmacro customInstall
SectionEnd

Section un.Uninstall
  !insertmacro customUnInstall
  SetOutPath $TEMP
  RMDir /r "$INSTDIR"
SectionEnd
