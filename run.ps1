# Every chore of this repository through one door, on Windows (PowerShell 5 or later): .\run.ps1 help
# Not verified here: this script was written on Linux and has not been run on Windows yet.
param(
    [Parameter(Position = 0)] [string] $Verb = 'help',
    [Parameter(Position = 1, ValueFromRemainingArguments = $true)] [string[]] $Rest = @()
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$UvVersion = '0.13.9'
$OldestQt = '6.9.3'
$CorePackages = 'gridworker/models/*,gridworker/store/*,gridworker/services/*,gridworker/sync/*,gridworker/server/*'

function Say([string] $Text) { [Console]::Error.WriteLine("run: $Text") }
function Stop-Run([string] $Text) { Say $Text; exit 1 }
function Invoke-Checked([string] $Program, [string[]] $Arguments) {
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { Stop-Run "failed ($LASTEXITCODE): $Program $Arguments" }
}

function Show-Usage {
    @'
.\run.ps1 VERB [ARGUMENTS]    sets up what is missing, then:

  demo          open the window on the practice community
  test          all tests, the branch coverage gate, the freeze and the frozen app's self-test
  test ARGS...  only pytest with these arguments; gate and freeze are left out
  test --long   the same with the long profile
  test --oldest tests/unit and tests/ui on the oldest supported PySide6, in .venv-oldest
  lint          ruff, formatting, mypy --strict, import rules
  audit         look up known weaknesses of the locked dependencies (asks api.osv.dev)
  screenshots   write every page to docs/pictures
  bench         all benchmarks
  exec COMMAND  any command in this environment
  help          this text

Needs Python 3.11 to 3.14 from python.org; $env:GRIDWORKER_PYTHON chooses one.
'@
}

$PythonCheck = 'import sys; ok = (3, 11) <= sys.version_info < (3, 15); print(sys.executable if ok else \"\")'

function Find-Python {
    $candidates = @()
    if ($env:GRIDWORKER_PYTHON) { $candidates += , @($env:GRIDWORKER_PYTHON) }
    $candidates += , @('python')
    foreach ($minor in 14, 13, 12, 11) { $candidates += , @('py', "-3.$minor") }
    foreach ($candidate in $candidates) {
        if (-not (Get-Command $candidate[0] -ErrorAction SilentlyContinue)) { continue }
        $options = @($candidate | Select-Object -Skip 1)
        $found = & $candidate[0] @options -c $PythonCheck 2>$null
        if ($LASTEXITCODE -eq 0 -and $found) { return "$found".Trim() }
    }
    Stop-Run 'needs Python 3.11, 3.12, 3.13 or 3.14: install it from python.org, or: winget install Python.Python.3.13'
}

function Get-Uv([string] $Python) {
    $uv = Join-Path $PSScriptRoot '.tools\venv\Scripts\uv.exe'
    if ((Test-Path $uv) -and ((& $uv --version) -match [regex]::Escape($UvVersion))) { return $uv }
    Say "setting up uv $UvVersion in .tools"
    & $Python -m venv .tools\venv | Out-Null
    & .tools\venv\Scripts\python.exe -m pip install --quiet --disable-pip-version-check "uv==$UvVersion" | Out-Null
    if (-not (Test-Path $uv)) { Stop-Run 'could not install uv: is the Python package index reachable?' }
    return $uv
}

function Install-Environment([string] $Folder, [string[]] $Replaced = @()) {
    $python = Join-Path $Folder 'Scripts\python.exe'
    $stampFile = Join-Path $Folder '.gridworker-stamp'
    $stamp = (Get-FileHash pyproject.toml).Hash + (Get-FileHash uv.lock).Hash + ($Replaced -join ' ')
    if ((Test-Path $python) -and (Test-Path $stampFile) -and ((Get-Content $stampFile) -eq $stamp)) { return }
    $base = Find-Python
    $uv = Get-Uv $base
    Say "setting up $Folder"
    $env:UV_PROJECT_ENVIRONMENT = $Folder
    $chosen = if (Test-Path $python) { @() } else { @('--python', $base) }
    Invoke-Checked $uv (@('sync', '--locked', '--all-extras', '--compile-bytecode') + $chosen)
    if ($Replaced.Count -gt 0) {
        Invoke-Checked $uv (@('pip', 'install', '--python', $python, '--compile-bytecode') + $Replaced)
    }
    Set-Content -Path $stampFile -Value $stamp
}

function Invoke-Freeze {
    if (Test-Path dist\gridworker) { Remove-Item -Recurse -Force dist\gridworker }
    Invoke-Checked $Python @('-m', 'PyInstaller', '--noconfirm', '--log-level', 'ERROR', '--distpath', 'dist',
        '--workpath', 'build\pyinstaller', 'build_installer.spec')
    Invoke-Checked 'dist\gridworker\gridworker-console.exe' @('--self-test')
    $bytes = (Get-ChildItem dist\gridworker -Recurse -File | Measure-Object Length -Sum).Sum
    Invoke-Checked (Get-Uv $Python) @('export', '--quiet', '--locked', '--no-dev', '--all-extras', '--no-emit-project',
        '--format', 'cyclonedx1.5', '--output-file', 'dist\gridworker.cdx.json')
    "freeze ok: $([math]::Round($bytes / 1MB)) MB, self-test ok"
}

function Invoke-Tests([string[]] $Arguments) {
    $env:QT_QPA_PLATFORM = 'offscreen'
    $selection = @($Arguments | Where-Object { $_ -notin '--long', '--oldest' })
    $marks = @()
    if ($Arguments -contains '--oldest') {
        Install-Environment '.venv-oldest' @("PySide6-Essentials==$OldestQt", "shiboken6==$OldestQt")
        if ($selection.Count -eq 0) { $selection = @('tests/unit', 'tests/ui') }
        Invoke-Checked '.venv-oldest\Scripts\python.exe' (@('-m', 'pytest', '-n', 'auto') + $selection)
        return
    }
    if ($Arguments -contains '--long') {
        $env:HYPOTHESIS_PROFILE = 'long'
        $marks = @('-m', 'long or not long')
    }
    if ($selection.Count -gt 0) {
        Invoke-Checked $Python (@('-m', 'pytest') + $marks + $selection)
        return
    }
    Invoke-Checked $Python (@('-m', 'pytest', '-n', 'auto', '--cov', '--cov-report=') + $marks)
    Invoke-Checked $Python @('-m', 'coverage', 'report', "--include=$CorePackages", '--fail-under=95',
        '--skip-covered', '--show-missing')
    Invoke-Freeze
}

function Invoke-Lint {
    $targets = @('gridworker', 'tests', 'benchmarks') | Where-Object { Test-Path $_ }
    Invoke-Checked "$Scripts\ruff.exe" @('check', '.')
    Invoke-Checked "$Scripts\ruff.exe" @('format', '--check', '.')
    Invoke-Checked "$Scripts\mypy.exe" $targets
    Invoke-Checked "$Scripts\lint-imports.exe" @()
    'lint ok'
}

$Verbs = @('demo', 'test', 'lint', 'audit', 'screenshots', 'bench', 'exec')
if ($Verb -notin ($Verbs + 'help', '-h', '--help')) { Show-Usage; Stop-Run "unknown verb: $Verb" }
switch ($Verb) {
    'help' { Show-Usage; exit 0 }
    '-h' { Show-Usage; exit 0 }
    '--help' { Show-Usage; exit 0 }
}

$env:UV_PYTHON_DOWNLOADS = 'never'
if (-not $env:UV_SYSTEM_CERTS) { $env:UV_SYSTEM_CERTS = 'true' }
$env:PYTHONUTF8 = '1'
foreach ($name in 'PYTHONDONTWRITEBYTECODE', 'PYTHONPATH', 'PYTHONHOME') {
    Remove-Item "Env:$name" -ErrorAction SilentlyContinue
}
Install-Environment '.venv'
$env:VIRTUAL_ENV = Join-Path $PSScriptRoot '.venv'
$Scripts = Join-Path $env:VIRTUAL_ENV 'Scripts'
$Python = Join-Path $Scripts 'python.exe'
$env:PATH = "$Scripts;$env:PATH"

switch ($Verb) {
    'demo' { Invoke-Checked "$Scripts\gridworker.exe" (@('demo') + $Rest) }
    'test' { Invoke-Tests $Rest }
    'lint' { Invoke-Lint }
    'audit' { Invoke-Checked (Get-Uv $Python) @('audit', '--locked', '--preview-features', 'audit') }
    'screenshots' { Invoke-Checked "$Scripts\gridworker.exe" (@('screenshots', '--out', 'docs/pictures') + $Rest) }
    'bench' { Invoke-Checked $Python (@('-m', 'benchmarks') + $Rest) }
    'exec' {
        if ($Rest.Count -eq 0) { Stop-Run 'exec needs a command' }
        Invoke-Checked $Rest[0] @($Rest | Select-Object -Skip 1)
    }
}
