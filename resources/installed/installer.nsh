; Windows, for this user only: `slipway` on the user's path, and an uninstaller that asks before it deletes data.
!macro customInstall
  nsExec::Exec `powershell -NoProfile -Command "$$d='$INSTDIR\resources\bin'; $$p=[Environment]::GetEnvironmentVariable('Path','User'); if (($$p -split ';') -notcontains $$d) { [Environment]::SetEnvironmentVariable('Path', ($$p.TrimEnd(';') + ';' + $$d), 'User') }"`
  ; Explorer looks at the last part of a name only: offered under "Open with" for YAML files, without taking them over.
  WriteRegStr HKCU "Software\Classes\.yaml\OpenWithProgids" "Slipway configuration" ""
  WriteRegStr HKCU "Software\Classes\.yml\OpenWithProgids" "Slipway configuration" ""
!macroend

!macro customUnInstall
  DeleteRegValue HKCU "Software\Classes\.yaml\OpenWithProgids" "Slipway configuration"
  DeleteRegValue HKCU "Software\Classes\.yml\OpenWithProgids" "Slipway configuration"
  nsExec::Exec `powershell -NoProfile -Command "$$d='$INSTDIR\resources\bin'; $$p=[Environment]::GetEnvironmentVariable('Path','User'); [Environment]::SetEnvironmentVariable('Path', (($$p -split ';' | Where-Object { $$_ -ne $$d }) -join ';'), 'User')"`
  ${ifNot} ${isUpdated}
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete the queue, its history and all logs too?$\r$\n$LOCALAPPDATA\slipway" /SD IDNO IDNO keepData
      RMDir /r "$LOCALAPPDATA\slipway"
    keepData:
  ${endIf}
!macroend
